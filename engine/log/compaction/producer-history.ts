import type { Log } from '../log.ts';

/** A transaction that was aborted, as the transaction index has it. */
export interface CleanedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

/** Where an active producer stands (`UnifiedLog.lastRecordsOfActiveProducers`). */
export interface LastRecord {
  /** -1: its last batch is a marker. */
  readonly lastDataOffset: number;
  readonly producerEpoch: number;
}

/** What the transaction indexes of a log say of the stretch. */
export function abortedTransactions(log: Log, from: number, to: number): readonly CleanedTransaction[] {
  return log.producers.abortedBetween(from, to);
}

export function lastRecordOf(log: Log, producerId: number): LastRecord | undefined {
  return log.producers.entry(producerId);
}

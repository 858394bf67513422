import type { Log } from '../log.ts';
import type { AbortedTransaction } from '../producer/index.ts';

/** Where an active producer stands (`UnifiedLog.lastRecordsOfActiveProducers`). */
export interface LastRecord {
  /** -1: its last batch is a marker. */
  readonly lastDataOffset: number;
  readonly producerEpoch: number;
}

/** Aborted transactions of which a reader of the stretch may meet something. */
export function abortedTransactions(log: Log, from: number, to: number): readonly AbortedTransaction[] {
  return log.producers.abortedBetween(from, to);
}

export function lastRecordOf(log: Log, producerId: number): LastRecord | undefined {
  return log.producers.entry(producerId);
}

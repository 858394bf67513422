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

const NOTHING_ABORTED: readonly CleanedTransaction[] = [];

/** What the transaction indexes of a log say of the stretch. */
export function abortedTransactions(_log: Log, _from: number, _to: number): readonly CleanedTransaction[] {
  return NOTHING_ABORTED;
}

export function lastRecordOf(_log: Log, _producerId: number): LastRecord | undefined {
  return undefined;
}

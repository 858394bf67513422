import type { TransactionFields, TransactionMetadata } from './transaction-metadata.ts';

/** A decided transaction whose markers are on their way (`PendingCompleteTxn`). */
export interface PendingCompletion {
  readonly metadata: TransactionMetadata;
  /** Partition of the transaction log. */
  readonly partition: number;
  readonly coordinatorEpoch: number;
  readonly isCommit: boolean;
  /** The producer as its markers name it: as it was when the end was decided, the raised epoch in TV2. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly transactionVersion: number;
  /** COMPLETE_*, to be written when no partition is left. */
  readonly next: TransactionFields;
  /** The partition was lost, or a leader said that another coordinator is in charge. */
  isCancelled: boolean;
}

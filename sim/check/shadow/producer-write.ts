import type { ProducerLedger } from './producer-ledger.ts';

/**
 * A producer's batch, or a marker, that a leader has just appended, and what was known of the producer before. One
 * object for all of them: it holds until the next append.
 */
export interface ProducerWrite {
  ledger: ProducerLedger;
  node: string;
  baseOffset: number;
  lastOffset: number;
  producerId: number;
  producerEpoch: number;
  /** -1: none, as in markers and in what coordinators write. */
  baseSequence: number;
  isTransactional: boolean;
  marker: MarkerWrite | null;
  /** The leader cannot have forgotten the producer. */
  isKnown: boolean;
  /** As the batches had it, whatever the leader has forgotten; -1: never seen. */
  epochBefore: number;
  lastSequenceBefore: number;
  coordinatorEpochBefore: number;
  openBefore: number;
}

export interface MarkerWrite {
  readonly isCommit: boolean;
  readonly coordinatorEpoch: number;
}

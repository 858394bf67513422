import type { RequestId } from '../exchange/index.ts';
import type { Ticket } from '../machine/index.ts';
import type { ProducedPartition } from './produce-response.ts';

/** What became of one partition of a produce. */
export interface ProduceOutcome {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  readonly data: ProducedPartition;
}

/**
 * An acks=all produce whose records are in the leader's log and not yet in the whole ISR's (`DelayedProduce`).
 *
 * Invariant: `pending` counts the partitions that neither reached their offset nor failed; at zero it is answered.
 */
export interface ParkedProduce {
  readonly requestId: RequestId;
  readonly apiVersion: number;
  /** One a partition, in the order of the request; replaced when the verdict is known. */
  readonly outcomes: ProduceOutcome[];
  pending: number;
  /** The last flush that its appends asked for (`flush.messages`), 0 for none: no answer before it. */
  sync: Ticket;
}

/** A parked produce's interest in one partition: answered when the high watermark reaches `requiredOffset`. */
export interface AwaitedOffset {
  readonly produce: ParkedProduce;
  /** Index into its outcomes. */
  readonly outcome: number;
  readonly requiredOffset: number;
}

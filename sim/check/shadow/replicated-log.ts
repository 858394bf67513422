import { type BatchPlace, BatchPlaces } from './batch-places.ts';
import type { ReplicaShadow } from './replica-shadow.ts';

/** Where a replica's log and what is replicated part, in words; null when they agree. */
export interface Disagreement {
  readonly recordOffset: number;
  readonly replicatedEpoch: number;
  /** -1 when the replica has nothing there. */
  readonly foundEpoch: number;
}

/**
 * What is replicated of one partition: everything that any leader ever had below its high watermark. It only grows. A
 * later leader that brings other batches for the same offsets has lost something that a consumer may have read.
 */
export class ReplicatedLog {
  readonly log: string;
  readonly entries = new BatchPlaces();
  /** Exclusive. */
  end = 0;

  constructor(log: string) {
    this.log = log;
  }

  /** Takes over what is below `highWatermark` in this replica; says where it contradicts what was known. */
  advance(replica: ReplicaShadow, highWatermark: number): Disagreement | null {
    const disagreement = this.disagreementBelow(replica, Math.min(highWatermark, this.end));
    if (highWatermark <= this.end) return disagreement;
    const { entries } = replica;
    for (let i = entries.positionOf(this.end); i < entries.length; i++) {
      const lastOffset = entries.lastOffset(i);
      if (lastOffset >= highWatermark) break;
      this.entries.push(entries.baseOffset(i), lastOffset, entries.leaderEpoch(i));
    }
    this.end = highWatermark;
    return disagreement;
  }

  /**
   * Compares the last batch only: by the LogMatching property, checked on its own, equal (epoch, offset) there means
   * equal logs before.
   */
  disagreementBelow(replica: ReplicaShadow, bound: number): Disagreement | null {
    if (bound <= replica.logStartOffset || this.entries.length === 0) return null;
    const known = this.entries.holding(bound - 1);
    if (known < 0) return null;
    const replicatedEpoch = this.entries.leaderEpoch(known);
    const foundEpoch = replica.epochAt(this.entries.lastOffset(known));
    if (foundEpoch === replicatedEpoch) return null;
    return { recordOffset: this.#firstMissing(replica, bound), replicatedEpoch, foundEpoch };
  }

  at(recordOffset: number): BatchPlace | undefined {
    const i = this.entries.holding(recordOffset);
    return i < 0 ? undefined : this.entries.place(i);
  }

  /** The last batch that is replicated whole. */
  last(): BatchPlace | undefined {
    return this.entries.length === 0 ? undefined : this.entries.place(this.entries.length - 1);
  }

  /** Off the hot path: only a violation looks for the first batch that is not there. */
  #firstMissing(replica: ReplicaShadow, bound: number): number {
    const { entries } = this;
    for (let i = 0; i < entries.length; i++) {
      const baseOffset = entries.baseOffset(i);
      if (baseOffset >= bound) break;
      if (baseOffset < replica.logStartOffset) continue;
      if (replica.epochAt(baseOffset) !== entries.leaderEpoch(i)) return baseOffset;
    }
    return bound - 1;
  }
}

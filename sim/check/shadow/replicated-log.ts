import { type BatchEntry, positionOf, type ReplicaShadow } from './replica-shadow.ts';

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
  readonly entries: BatchEntry[] = [];
  /** Exclusive. */
  end = 0;

  constructor(log: string) {
    this.log = log;
  }

  /** Takes over what is below `highWatermark` in this replica; says where it contradicts what was known. */
  advance(replica: ReplicaShadow, highWatermark: number): Disagreement | null {
    const disagreement = this.disagreementBelow(replica, Math.min(highWatermark, this.end));
    if (highWatermark <= this.end) return disagreement;
    for (let i = positionOf(replica.entries, this.end); i < replica.entries.length; i++) {
      const entry = replica.entries[i]!;
      if (entry.lastOffset >= highWatermark) break;
      this.entries.push(entry);
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
    const known = this.at(bound - 1);
    if (known === undefined) return null;
    const found = replica.at(known.lastOffset);
    if (found !== undefined && found.leaderEpoch === known.leaderEpoch) return null;
    return {
      recordOffset: this.#firstMissing(replica, bound),
      replicatedEpoch: known.leaderEpoch,
      foundEpoch: found?.leaderEpoch ?? -1,
    };
  }

  at(recordOffset: number): BatchEntry | undefined {
    const entry = this.entries[positionOf(this.entries, recordOffset)];
    return entry !== undefined && entry.baseOffset <= recordOffset ? entry : undefined;
  }

  /** Off the hot path: only a violation looks for the first batch that is not there. */
  #firstMissing(replica: ReplicaShadow, bound: number): number {
    for (const entry of this.entries) {
      if (entry.baseOffset >= bound) break;
      if (entry.baseOffset < replica.logStartOffset) continue;
      if (replica.at(entry.baseOffset)?.leaderEpoch !== entry.leaderEpoch) return entry.baseOffset;
    }
    return bound - 1;
  }
}

import { type BatchPlace, BatchPlaces } from './batch-places.ts';

/** One replica's log as its facts tell it: what the node would find on reading it back. */
export class ReplicaShadow {
  readonly node: string;
  readonly log: string;
  readonly entries = new BatchPlaces();
  logStartOffset = 0;
  logEndOffset = 0;
  highWatermark = 0;
  leader = false;
  leaderEpoch = -1;
  /** Whom it waits for while it leads: ids, as its last word on them had it (KIP-497). */
  maximalIsr: readonly number[] = [];
  /** The lowest end that the log was cut to while its process ran. */
  lowestCut = Number.POSITIVE_INFINITY;
  /**
   * Where the log ended after a power loss that may have undone such a cut: what was cut off, not what came after, may
   * stand before this offset. -1: the entries here are what is on the disk.
   */
  doubtfulBefore = -1;
  /** Where the log ended before a crash that took some of it; -1 for none. */
  lostUpTo = -1;

  constructor(node: string, log: string) {
    this.node = node;
    this.log = log;
  }

  append({ baseOffset, lastOffset, leaderEpoch }: BatchPlace): void {
    this.entries.push(baseOffset, lastOffset, leaderEpoch);
    this.logEndOffset = lastOffset + 1;
  }

  /** A process opened the log and found it ending here. */
  reopen(logEndOffset: number): void {
    if (logEndOffset >= this.logEndOffset) return;
    this.lostUpTo = Math.max(this.lostUpTo, this.logEndOffset);
    if (logEndOffset > this.lowestCut) this.doubtfulBefore = logEndOffset;
    this.truncate(logEndOffset);
  }

  /** Cuts at `logEndOffset`: batches that reach it or beyond are gone whole. */
  truncate(logEndOffset: number): void {
    this.entries.truncate(logEndOffset);
    this.logEndOffset = logEndOffset;
    if (this.highWatermark > logEndOffset) this.highWatermark = logEndOffset;
  }

  restart(logStartOffset: number): void {
    this.entries.length = 0;
    this.logStartOffset = logStartOffset;
    this.logEndOffset = logStartOffset;
    this.highWatermark = logStartOffset;
  }

  /** A crash took the end of this log, and it has not got it back: its leader may not know that yet. */
  get isShortened(): boolean {
    return this.logEndOffset < this.lostUpTo;
  }

  /** The batch that holds this offset, if it is here. */
  at(recordOffset: number): BatchPlace | undefined {
    const i = this.entries.holding(recordOffset);
    return i < 0 ? undefined : this.entries.place(i);
  }

  /** The leader epoch of the batch that holds this offset; -1 when none is here. */
  epochAt(recordOffset: number): number {
    const i = this.entries.holding(recordOffset);
    return i < 0 ? -1 : this.entries.leaderEpoch(i);
  }
}

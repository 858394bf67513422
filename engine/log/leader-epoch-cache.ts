import { assert } from '../machine/index.ts';
import type { EpochEntry } from './checkpoint-text.ts';

export const UNDEFINED_EPOCH = -1;
export const UNDEFINED_EPOCH_OFFSET = -1;

/** Where the log of an epoch ends; both -1 when that is not known. */
export interface EpochEndOffset {
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

export const UNDEFINED_END: EpochEndOffset = {
  leaderEpoch: UNDEFINED_EPOCH,
  endOffset: UNDEFINED_EPOCH_OFFSET,
};

/**
 * Which leader epoch begins at which offset (`LeaderEpochFileCache`): what a diverged follower is truncated
 * by (KIP-101, KIP-279). Entries rise strictly in epoch and in offset. Every change answers whether there was
 * one: the log writes the checkpoint then.
 */
export class LeaderEpochCache {
  readonly #entries: EpochEntry[] = [];

  constructor(entries: readonly EpochEntry[] = []) {
    for (const entry of entries) this.assign(entry.leaderEpoch, entry.startOffset);
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries;
  }

  get latest(): EpochEntry | null {
    return this.#entries.at(-1) ?? null;
  }

  /**
   * An epoch already latest keeps its start, unless the new one is lower. Whatever contradicts the new entry
   * goes first: later epochs, and epochs that would start at or after it.
   */
  assign(leaderEpoch: number, startOffset: number): boolean {
    assert(leaderEpoch >= 0 && startOffset >= 0, () => `leader epoch ${leaderEpoch} from ${startOffset}`);
    const latest = this.latest;
    if (latest !== null && latest.leaderEpoch === leaderEpoch && startOffset >= latest.startOffset)
      return false;
    const entries = this.#entries;
    let keep = entries.length;
    while (keep > 0) {
      const entry = entries[keep - 1]!;
      if (entry.leaderEpoch < leaderEpoch && entry.startOffset < startOffset) break;
      keep--;
    }
    entries.length = keep;
    entries.push({ leaderEpoch, startOffset });
    return true;
  }

  /**
   * Drops entries that start at `endOffset` or later. An entry at the log end itself goes too: a leader that
   * appended nothing has written one, and the next leader's must win (KAFKA-10706).
   */
  truncateFromEnd(endOffset: number): boolean {
    const entries = this.#entries;
    let keep = entries.length;
    while (keep > 0 && entries[keep - 1]!.startOffset >= endOffset) keep--;
    const changed = keep < entries.length;
    entries.length = keep;
    return changed;
  }

  /** The epoch in force at `startOffset` now starts there, and those before it go. */
  truncateFromStart(startOffset: number): boolean {
    const entries = this.#entries;
    let covered = 0;
    while (covered < entries.length && entries[covered]!.startOffset <= startOffset) covered++;
    if (covered === 0) return false;
    const inForce = entries[covered - 1]!;
    if (covered === 1 && inForce.startOffset === startOffset) return false;
    entries.splice(0, covered, { leaderEpoch: inForce.leaderEpoch, startOffset });
    return true;
  }

  clear(): boolean {
    const changed = this.#entries.length > 0;
    this.#entries.length = 0;
    return changed;
  }

  /**
   * The end of the largest epoch not above the one asked for:
   * latest -> the log end; above all -> undefined; below all -> itself, ending where the first known begins.
   */
  endOffsetFor(leaderEpoch: number, logEndOffset: number): EpochEndOffset {
    const latest = this.latest;
    if (leaderEpoch === UNDEFINED_EPOCH || latest === null) return UNDEFINED_END;
    if (leaderEpoch === latest.leaderEpoch) return { leaderEpoch, endOffset: logEndOffset };
    if (leaderEpoch > latest.leaderEpoch) return UNDEFINED_END;
    let higher = this.#entries.length - 1;
    while (higher > 0 && this.#entries[higher - 1]!.leaderEpoch > leaderEpoch) higher--;
    const endOffset = this.#entries[higher]!.startOffset;
    const floor = higher === 0 ? leaderEpoch : this.#entries[higher - 1]!.leaderEpoch;
    return { leaderEpoch: floor, endOffset };
  }

  /** The epoch in force at an offset, or -1 when the offset is before all. */
  epochAt(offset: number): number {
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      if (this.#entries[at]!.startOffset <= offset) return this.#entries[at]!.leaderEpoch;
    }
    return UNDEFINED_EPOCH;
  }
}

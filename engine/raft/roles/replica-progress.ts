import type { Us } from '../../machine/index.ts';
import { ZERO_UUID } from '../../wire/index.ts';

/** What a leader knows of one replica (`LeaderState.ReplicaState`). Unknown offsets and times are -1. */
export class ReplicaProgress {
  readonly id: number;
  /** The zero id while it is not known: a static voter's. */
  directoryId: string;
  endOffset = -1;
  lastFetchAt: Us = -1;
  lastCaughtUpAt: Us = -1;
  #leaderEndOffsetAtLastFetch = -1;

  constructor(id: number, directoryId: string) {
    this.id = id;
    this.directoryId = directoryId;
  }

  /** In another directory the same id is another replica, with a log of its own. */
  matches(id: number, directoryId: string): boolean {
    return this.id === id && (this.directoryId === ZERO_UUID || this.directoryId === directoryId);
  }

  fetched(now: Us, fetchOffset: number, leaderEndOffset: number): void {
    if (leaderEndOffset >= 0) {
      if (fetchOffset >= leaderEndOffset) this.lastCaughtUpAt = Math.max(this.lastCaughtUpAt, now);
      else if (this.#leaderEndOffsetAtLastFetch > 0 && fetchOffset >= this.#leaderEndOffsetAtLastFetch) {
        this.lastCaughtUpAt = Math.max(this.lastCaughtUpAt, this.lastFetchAt);
      }
      this.#leaderEndOffsetAtLastFetch = leaderEndOffset;
    }
    this.lastFetchAt = Math.max(this.lastFetchAt, now);
    this.endOffset = fetchOffset;
  }
}

/** By descending offset, the unknown last, ties by id. */
export function byDescendingOffset(a: ReplicaProgress, b: ReplicaProgress): number {
  return b.endOffset - a.endOffset || a.id - b.id;
}

import { assert, type Us } from '../machine/index.ts';
import { FetchState } from './fetch-state.ts';
import type { Partition } from './partition.ts';
import { PartitionMap } from './partition-map.ts';

/**
 * The partitions of one fetcher (`PartitionStates`): who is fetched, whose position is news to the leader, and who waits
 * out a backoff.
 */
export class FetchStates {
  readonly #states = new PartitionMap<FetchState>();
  #changed: FetchState[] = [];
  readonly #delayed: FetchState[] = [];

  get size(): number {
    return this.#states.size;
  }

  get(topicId: string, index: number): FetchState | undefined {
    return this.#states.get(topicId, index);
  }

  values(): IterableIterator<FetchState> {
    return this.#states.values();
  }

  add(partition: Partition): void {
    const { topicId, index } = partition;
    assert(this.#states.get(topicId, index) === undefined, 'a partition is fetched once');
    const log = partition.openLog();
    const state = new FetchState(partition, log.logEndOffset, log.latestLeaderEpoch);
    this.#states.set(topicId, index, state);
    this.noteChanged(state);
  }

  /** False when the partition was not here. */
  remove(partition: Partition): boolean {
    const state = this.#states.delete(partition.topicId, partition.index);
    if (state === undefined) return false;
    state.removed = true;
    this.noteChanged(state);
    return true;
  }

  noteChanged(state: FetchState): void {
    if (state.changed) return;
    state.changed = true;
    this.#changed.push(state);
  }

  takeChanged(): readonly FetchState[] {
    const changed = this.#changed;
    this.#changed = [];
    return changed;
  }

  /** Keeps a partition from being fetched until a time. True when nobody was delayed before: a timer is due. */
  delay(state: FetchState, until: Us): boolean {
    if (state.delayedUntil !== 0) return false;
    state.delayedUntil = until;
    this.noteChanged(state);
    this.#delayed.push(state);
    return this.#delayed.length === 1;
  }

  /** Ends the backoffs that are over. Returns when the next one is, 0 for none. */
  endBackoffs(now: Us): Us {
    let next: Us = 0;
    let kept = 0;
    for (const state of this.#delayed) {
      if (state.removed) continue;
      if (state.delayedUntil > now) {
        if (next === 0 || state.delayedUntil < next) next = state.delayedUntil;
        this.#delayed[kept] = state;
        kept += 1;
      } else {
        state.delayedUntil = 0;
        this.noteChanged(state);
      }
    }
    this.#delayed.length = kept;
    return next;
  }
}

import type { Us } from '../machine/index.ts';
import type { Partition } from './partition.ts';

/**
 * A follower's position in its leader's log (`PartitionFetchState`). It lives from the moment a fetcher takes the
 * partition until the leader epoch changes, or the partition fails or goes; then a new one takes its place.
 *
 * Invariant: while `fetching` the fetch offset is the end of the local log.
 */
export class FetchState {
  readonly partition: Partition;
  readonly leaderEpoch: number;
  fetchOffset: number;
  /** Epoch of the last record, by which the leader detects divergence; -1 when the log knows none. */
  lastFetchedEpoch: number;
  /** `resetting` waits for the leader's offsets after an out-of-range fetch. */
  phase: 'fetching' | 'resetting' = 'fetching';
  /** Not fetched before this time; 0 when it is not delayed. */
  delayedUntil: Us = 0;
  /** How far the last answer left this replica behind its leader's high watermark; null before the first. */
  lag: number | null = null;
  /** Differs, or may differ, from what the fetch session was told. */
  changed = false;
  /** No longer this fetcher's: whatever still arrives for it is ignored (KAFKA-13207). */
  removed = false;

  constructor(partition: Partition, fetchOffset: number, lastFetchedEpoch: number) {
    this.partition = partition;
    this.leaderEpoch = partition.leaderEpoch;
    this.fetchOffset = fetchOffset;
    this.lastFetchedEpoch = lastFetchedEpoch;
  }

  /** As far as the last answer told (`PartitionFetchState.isReplicaInSync`). */
  get isInSync(): boolean {
    return this.lag !== null && this.lag <= 0;
  }

  get isReady(): boolean {
    return this.phase === 'fetching' && this.delayedUntil === 0;
  }
}

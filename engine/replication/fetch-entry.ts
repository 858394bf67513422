import type { FetchRequest } from '../wire/index.ts';
import type { FetchGroup } from './fetch-group.ts';
import type { Partition } from './partition.ts';
import type { RemoteReplica } from './remote-replica.ts';

type RequestedPartition = FetchRequest['topics'][number]['partitions'][number];

/**
 * One partition of a fetch, for as long as the fetch is parked or its session lives (`FetchSession.CachedPartition`).
 *
 * Invariant: an entry that is not `dirty` would, if read now, return no records, the same high watermark and log
 * start as the last response, and no error. It watches its partition, and anything that could change that makes it
 * dirty.
 */
export class FetchEntry {
  readonly group: FetchGroup;
  /** Null while the topic id is not known here; once resolved it stays (KIP-516). */
  topic: string | null;
  readonly topicId: string;
  readonly index: number;

  // What the reader asked for last.
  fetchOffset = 0;
  currentLeaderEpoch = -1;
  lastFetchedEpoch = -1;
  logStartOffset = -1;
  maxBytes = 0;

  // What it was told last.
  toldHighWatermark = -1;
  toldLogStartOffset = -1;

  /** Its topic or partition was not known here when last read: nothing to wait for. */
  isUnknown = false;
  /** Set while an answer is built: it has nothing more to tell until something changes. */
  isQuiet = false;
  dirty = false;
  /** Place in the rotation of its group; the lower is read first. */
  order = 0;
  /** The hosted replica it watches, once found. */
  watched: Partition | null = null;
  /** The follower that reads here, as its leader keeps it. */
  replica: RemoteReplica | null = null;

  constructor(group: FetchGroup, topic: string | null, topicId: string, index: number) {
    this.group = group;
    this.topic = topic;
    this.topicId = topicId;
    this.index = index;
  }

  request(partition: RequestedPartition): void {
    this.fetchOffset = partition.fetchOffset;
    this.currentLeaderEpoch = partition.currentLeaderEpoch;
    this.lastFetchedEpoch = partition.lastFetchedEpoch;
    this.logStartOffset = partition.logStartOffset;
    this.maxBytes = partition.partitionMaxBytes;
  }

  watch(partition: Partition): void {
    if (this.watched === partition) return;
    this.unwatch();
    this.watched = partition;
    partition.watchers.add(this);
  }

  unwatch(): void {
    this.replica?.unsettle();
    this.replica = null;
    this.watched?.watchers.delete(this);
    this.watched = null;
  }
}

import type { Us } from '../machine/index.ts';
import type { FetchRequest } from '../wire/index.ts';
import { FetchEntry } from './fetch-entry.ts';
import type { ParkedFetch } from './parked-fetch.ts';
import { PartitionMap } from './partition-map.ts';
import { type FetchClock, NEVER } from './remote-replica.ts';

/**
 * The partitions that are fetched together: of one request, and of its session if it gets one.
 *
 * It keeps a list of the entries with something to look at, so that an idle session of thousands of partitions is not
 * walked on every fetch (Kafka's `IncrementalFetchContext` walks it).
 */
export class FetchGroup implements FetchClock {
  lastFetchAt: Us = NEVER;
  /** The broker epoch of the follower's latest request; a new one makes everything worth a look. */
  replicaEpoch = -1;
  /** Its reader follows the log's end, not the high watermark. */
  readsLogEnd = false;
  /** The one request of this group that waits, if any. */
  parked: ParkedFetch | null = null;
  readonly usesTopicIds: boolean;
  readonly #entries = new PartitionMap<FetchEntry>();
  #dirty: FetchEntry[] = [];
  #nextOrder = 0;

  constructor(usesTopicIds: boolean) {
    this.usesTopicIds = usesTopicIds;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): IterableIterator<FetchEntry> {
    return this.#entries.values();
  }

  /** Adds or updates the partitions of a request. `nameOf` resolves a topic id, or says null. */
  request(topics: FetchRequest['topics'], nameOf: (topicId: string) => string | null): void {
    for (const topic of topics) {
      const key = this.usesTopicIds ? topic.topicId : topic.topic;
      for (const partition of topic.partitions) {
        let entry = this.#entries.get(key, partition.partition);
        if (entry === undefined) {
          const name = this.usesTopicIds ? nameOf(topic.topicId) : topic.topic;
          entry = new FetchEntry(this, name, topic.topicId, partition.partition);
          entry.order = this.#nextOrder++;
          this.#entries.set(key, partition.partition, entry);
        }
        this.markDirty(entry);
        entry.request(partition);
      }
    }
  }

  forget(topics: FetchRequest['forgottenTopicsData']): void {
    for (const topic of topics) {
      const key = this.usesTopicIds ? topic.topicId : topic.topic;
      for (const index of topic.partitions) {
        const entry = this.#entries.delete(key, index);
        if (entry === undefined) continue;
        entry.unwatch();
        if (!entry.dirty) continue;
        entry.dirty = false;
        this.#dirty.splice(this.#dirty.indexOf(entry), 1);
      }
    }
  }

  markDirty(entry: FetchEntry): void {
    entry.replica?.unsettle();
    if (entry.dirty) return;
    entry.dirty = true;
    this.#dirty.push(entry);
  }

  markAllDirty(): void {
    for (const entry of this.#entries.values()) this.markDirty(entry);
  }

  /** The entries to look at, in the order of the rotation. */
  dirtyInOrder(): readonly FetchEntry[] {
    const dirty = this.#dirty;
    if (dirty.length > 1) dirty.sort(byOrder);
    return dirty;
  }

  /** Who got records goes to the end, so that a small `max.bytes` reaches everybody in turn. */
  rotate(entry: FetchEntry): void {
    entry.order = this.#nextOrder++;
  }

  /** Takes the entries that an answer has left quiet off the list. */
  sweepQuiet(): void {
    const dirty = this.#dirty;
    let kept = 0;
    for (const entry of dirty) {
      if (entry.isQuiet) {
        entry.dirty = false;
      } else {
        dirty[kept] = entry;
        kept += 1;
      }
    }
    dirty.length = kept;
  }

  /** Nobody will fetch with this group again. */
  close(): void {
    for (const entry of this.#entries.values()) {
      entry.unwatch();
      entry.dirty = false;
    }
    this.#dirty = [];
    this.parked = null;
  }
}

function byOrder(a: FetchEntry, b: FetchEntry): number {
  return a.order - b.order;
}

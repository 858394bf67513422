import { type SnapshotRegistry, TimelineMap } from '../../../timeline/index.ts';

export type Partitions<V> = TimelineMap<number, V>;
export type Topics<V> = TimelineMap<string, Partitions<V>>;

/**
 * Something for each partition of each topic of each group. Groups and topics without anything are not in it. Without
 * `atOffset` it is the newest state.
 */
export class OffsetTable<V> {
  readonly #registry: SnapshotRegistry;
  readonly #groups: TimelineMap<string, Topics<V>>;

  constructor(registry: SnapshotRegistry) {
    this.#registry = registry;
    this.#groups = new TimelineMap(registry);
  }

  hasGroup(groupId: string, atOffset?: number): boolean {
    return this.#groups.has(groupId, atOffset);
  }

  topics(groupId: string, atOffset?: number): Topics<V> | undefined {
    return this.#groups.get(groupId, atOffset);
  }

  groups(): IterableIterator<[string, Topics<V>]> {
    return this.#groups.entries();
  }

  get(groupId: string, topic: string, partition: number, atOffset?: number): V | undefined {
    return this.#groups.get(groupId, atOffset)?.get(topic, atOffset)?.get(partition, atOffset);
  }

  set(groupId: string, topic: string, partition: number, value: V): void {
    let topics = this.#groups.get(groupId);
    if (topics === undefined) {
      topics = new TimelineMap(this.#registry);
      this.#groups.set(groupId, topics);
    }
    let partitions = topics.get(topic);
    if (partitions === undefined) {
      partitions = new TimelineMap(this.#registry);
      topics.set(topic, partitions);
    }
    partitions.set(partition, value);
  }

  delete(groupId: string, topic: string, partition: number): void {
    const topics = this.#groups.get(groupId);
    const partitions = topics?.get(topic);
    if (topics === undefined || partitions === undefined) return;
    partitions.delete(partition);
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#groups.delete(groupId);
  }
}

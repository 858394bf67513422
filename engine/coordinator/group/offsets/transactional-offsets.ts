import { type SnapshotRegistry, TimelineMap, TimelineSet } from '../../../timeline/index.ts';
import type { CommittedOffset } from './committed-offset.ts';
import { OffsetTable } from './offset-table.ts';

/**
 * Positions that open transactions have committed (`pendingTransactionalOffsets`, `OpenTransactions`): they count when
 * the producer's end marker commits.
 *
 * Invariant: a producer is named at a partition exactly as long as it has a pending position there.
 */
export class TransactionalOffsets {
  readonly #registry: SnapshotRegistry;
  readonly #byProducer: TimelineMap<number, OffsetTable<CommittedOffset>>;
  /** Producers with pending positions, by partition. */
  readonly #producers: OffsetTable<TimelineSet<number>>;

  constructor(registry: SnapshotRegistry) {
    this.#registry = registry;
    this.#byProducer = new TimelineMap(registry);
    this.#producers = new OffsetTable(registry);
  }

  add(producerId: number, groupId: string, topic: string, partition: number, pending: CommittedOffset): void {
    let table = this.#byProducer.get(producerId);
    if (table === undefined) {
      table = new OffsetTable(this.#registry);
      this.#byProducer.set(producerId, table);
    }
    table.set(groupId, topic, partition, pending);
    let producers = this.#producers.get(groupId, topic, partition);
    if (producers === undefined) {
      producers = new TimelineSet(this.#registry);
      this.#producers.set(groupId, topic, partition, producers);
    }
    producers.add(producerId);
  }

  /** Nothing is pending any more at a partition: it was deleted. */
  clear(groupId: string, topic: string, partition: number): void {
    const producers = this.#producers.get(groupId, topic, partition);
    if (producers === undefined) return;
    for (const producerId of producers) this.#byProducer.get(producerId)?.delete(groupId, topic, partition);
    this.#producers.delete(groupId, topic, partition);
  }

  /** Ends a producer's transaction: what it had pending, or undefined when that is nothing. */
  take(producerId: number): OffsetTable<CommittedOffset> | undefined {
    const table = this.#byProducer.get(producerId);
    if (table === undefined) return undefined;
    this.#byProducer.delete(producerId);
    for (const [groupId, topics] of table.groups()) {
      for (const [topic, partitions] of topics) {
        for (const partition of partitions.keys()) this.#forget(groupId, topic, partition, producerId);
      }
    }
    return table;
  }

  hasGroup(groupId: string, atOffset?: number): boolean {
    return this.#producers.hasGroup(groupId, atOffset);
  }

  has(groupId: string, topic: string, partition: number): boolean {
    return this.#producers.get(groupId, topic, partition) !== undefined;
  }

  /** Calls with every partition of a group at which something is pending. */
  forEachPartition(groupId: string, visit: (topic: string, partition: number) => void): void {
    const topics = this.#producers.topics(groupId);
    if (topics === undefined) return;
    for (const [topic, partitions] of topics)
      for (const partition of partitions.keys()) visit(topic, partition);
  }

  /** Likewise, by producer. */
  byProducer(): IterableIterator<[number, OffsetTable<CommittedOffset>]> {
    return this.#byProducer.entries();
  }

  /** All that producers have pending. */
  tables(): IterableIterator<OffsetTable<CommittedOffset>> {
    return this.#byProducer.values();
  }

  #forget(groupId: string, topic: string, partition: number, producerId: number): void {
    const producers = this.#producers.get(groupId, topic, partition);
    if (producers === undefined) return;
    producers.delete(producerId);
    if (producers.size === 0) this.#producers.delete(groupId, topic, partition);
  }
}

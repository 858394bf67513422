import type { TopicPartition } from '../ports.ts';
import { ByPartition } from './by-partition.ts';

/**
 * The partitions of the transaction at hand. One that the coordinator must hear of first (TV1) goes from fresh to
 * pending to added; with TV2 the leader tells the coordinator, and it is added at once.
 */
export class TransactionPartitions {
  readonly #fresh = new ByPartition<true>();
  readonly #pending = new ByPartition<true>();
  readonly #added = new ByPartition<true>();

  get hasFresh(): boolean {
    return !this.#fresh.isEmpty;
  }

  get hasAdded(): boolean {
    return !this.#added.isEmpty;
  }

  contains(topic: string, partition: number): boolean {
    return this.#added.get(topic, partition) !== undefined;
  }

  /** For the coordinator to hear of, unless it has or will. */
  announce(topic: string, partition: number): void {
    const isKnown =
      this.contains(topic, partition) ||
      this.#pending.get(topic, partition) ||
      this.#fresh.get(topic, partition);
    if (!isKnown) this.#fresh.set(topic, partition, true);
  }

  add(topic: string, partition: number): void {
    if (!this.contains(topic, partition)) this.#added.set(topic, partition, true);
  }

  /** All that is not added yet: what is fresh is pending from now on. */
  takeFresh(): readonly TopicPartition[] {
    for (const [topic, partition] of this.#fresh.entries()) this.#pending.set(topic, partition, true);
    this.#fresh.clear();
    return this.#pending.entries().map(([topic, partition]) => ({ topic, partition }));
  }

  forgetPending(topic: string, partition: number): void {
    this.#pending.delete(topic, partition);
  }

  forgetFresh(): void {
    this.#fresh.clear();
  }

  clear(): void {
    this.#fresh.clear();
    this.#pending.clear();
    this.#added.clear();
  }
}

import { ByPartition } from './by-partition.ts';
import { PartitionSequences } from './partition-sequences.ts';

/** The sequences of every partition that a producer writes to (`TxnPartitionMap`), and which of them are in doubt. */
export class SequenceBook {
  readonly #partitions = new ByPartition<PartitionSequences>();
  /**
   * Where a batch was given up that may be in the log: the sequence after it. No new batch leaves for such a partition
   * until those in flight have told whether it arrived.
   */
  readonly unresolved = new ByPartition<number>();
  /** To be numbered from 0 when the epoch is raised. */
  readonly toRestart = new ByPartition<true>();

  get(topic: string, partition: number): PartitionSequences | undefined {
    return this.#partitions.get(topic, partition);
  }

  of(topic: string, partition: number): PartitionSequences {
    const known = this.#partitions.get(topic, partition);
    if (known !== undefined) return known;
    const sequences = new PartitionSequences();
    this.#partitions.set(topic, partition, sequences);
    return sequences;
  }

  forget(topic: string, partition: number): void {
    this.#partitions.delete(topic, partition);
    this.unresolved.delete(topic, partition);
  }

  forgetAll(): void {
    this.#partitions.clear();
    this.unresolved.clear();
  }

  markUnresolved(topic: string, partition: number, nextSequence: number): void {
    const known = this.unresolved.get(topic, partition) ?? -1;
    this.unresolved.set(topic, partition, Math.max(known, nextSequence));
  }
}

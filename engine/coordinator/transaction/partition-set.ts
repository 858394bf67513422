/** Partitions of one topic, ascending. */
export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** The partitions of a transaction: a value, sorted by topic (code units) and partition. */
export class PartitionSet {
  static readonly EMPTY = new PartitionSet([]);
  readonly topics: readonly TopicPartitions[];

  private constructor(topics: readonly TopicPartitions[]) {
    this.topics = topics;
  }

  /** In any order, with doubles or not. */
  static of(topics: readonly TopicPartitions[]): PartitionSet {
    return topics.length === 0 ? PartitionSet.EMPTY : PartitionSet.EMPTY.with(topics);
  }

  get isEmpty(): boolean {
    return this.topics.length === 0;
  }

  get size(): number {
    let size = 0;
    for (const { partitions } of this.topics) size += partitions.length;
    return size;
  }

  has(topic: string, partition: number): boolean {
    return this.topics.some((each) => each.topic === topic && each.partitions.includes(partition));
  }

  hasAll(others: PartitionSet): boolean {
    return others.topics.every(({ partitions, topic }) =>
      partitions.every((partition) => this.has(topic, partition)),
    );
  }

  equals(other: PartitionSet): boolean {
    return this.size === other.size && this.hasAll(other);
  }

  with(added: readonly TopicPartitions[]): PartitionSet {
    const byTopic = new Map<string, Set<number>>();
    for (const { partitions, topic } of this.topics) byTopic.set(topic, new Set(partitions));
    for (const { partitions, topic } of added) {
      const known = byTopic.get(topic) ?? new Set<number>();
      for (const partition of partitions) known.add(partition);
      if (known.size > 0) byTopic.set(topic, known);
    }
    const topics: TopicPartitions[] = [];
    for (const topic of [...byTopic.keys()].sort()) {
      topics.push({ topic, partitions: [...byTopic.get(topic)!].sort((a, b) => a - b) });
    }
    return new PartitionSet(topics);
  }

  without(topic: string, partition: number): PartitionSet {
    if (!this.has(topic, partition)) return this;
    const topics: TopicPartitions[] = [];
    for (const each of this.topics) {
      if (each.topic !== topic) topics.push(each);
      else if (each.partitions.length > 1) {
        topics.push({ topic, partitions: each.partitions.filter((other) => other !== partition) });
      }
    }
    return topics.length === 0 ? PartitionSet.EMPTY : new PartitionSet(topics);
  }

  describe(): string {
    return this.topics.map(({ partitions, topic }) => `${topic}-${partitions.join('|')}`).join(' ');
  }
}

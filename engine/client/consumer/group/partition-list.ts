import type { TopicPartition } from '../../ports.ts';

/** By topic, then by number (`TopicPartitionComparator`). */
export function sorted<T extends TopicPartition>(partitions: readonly T[]): T[] {
  return partitions.toSorted((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  );
}

export function plain({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}

/** Those of `from` that are not among `other`. */
export function without(
  from: readonly TopicPartition[],
  other: readonly TopicPartition[],
): readonly TopicPartition[] {
  const known = new Set(other.map(keyOf));
  return from.filter((each) => !known.has(keyOf(each)));
}

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

export function byTopicName(
  partitions: readonly TopicPartition[],
): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const numbers = topics.get(topic);
    if (numbers === undefined) topics.set(topic, [partition]);
    else numbers.push(partition);
  }
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
}

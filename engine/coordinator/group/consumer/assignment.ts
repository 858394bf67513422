import type { Uuid } from '../../../wire/index.ts';

/** Partitions by topic: sorted indexes, no empty entry. A value. */
export type Assignment = ReadonlyMap<Uuid, readonly number[]>;

/** Partitions by topic, each with the epoch in which the member was given it (KIP-1251). No empty entry. A value. */
export type PartitionEpochs = ReadonlyMap<Uuid, ReadonlyMap<number, number>>;

export const NO_PARTITIONS: Assignment = new Map();
export const NO_PARTITION_EPOCHS: PartitionEpochs = new Map();

interface TopicPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

interface TopicPartitionsWithEpochs extends TopicPartitions {
  readonly assignmentEpochs: readonly number[] | null;
}

export function equalAssignments(one: Assignment, other: Assignment): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const there = other.get(topicId);
    if (there === undefined || there.length !== partitions.length) return false;
    for (let at = 0; at < partitions.length; at += 1) if (partitions[at] !== there[at]) return false;
  }
  return true;
}

export function equalPartitionEpochs(one: PartitionEpochs, other: PartitionEpochs): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [topicId, epochs] of one) {
    const there = other.get(topicId);
    if (there === undefined || there.size !== epochs.size) return false;
    for (const [partition, epoch] of epochs) if (there.get(partition) !== epoch) return false;
  }
  return true;
}

/** What a record or a request lists, as a value. */
export function assignmentOf(topics: readonly TopicPartitions[]): Assignment {
  if (topics.length === 0) return NO_PARTITIONS;
  const assignment = new Map<Uuid, readonly number[]>();
  for (const { topicId, partitions } of topics) {
    if (partitions.length > 0) assignment.set(topicId, sorted(partitions));
  }
  return assignment;
}

export function topicsOf(assignment: Assignment): TopicPartitions[] {
  const topics: TopicPartitions[] = [];
  for (const [topicId, partitions] of assignment) topics.push({ topicId, partitions });
  return topics;
}

/** Partitions without an epoch of their own were given in the member's (`assignmentFromTopicPartitions`). */
export function partitionEpochsOf(
  topics: readonly TopicPartitionsWithEpochs[],
  memberEpoch: number,
): PartitionEpochs {
  if (topics.length === 0) return NO_PARTITION_EPOCHS;
  const assignment = new Map<Uuid, ReadonlyMap<number, number>>();
  for (const { assignmentEpochs, partitions, topicId } of topics) {
    const isWhole = assignmentEpochs !== null && assignmentEpochs.length === partitions.length;
    const epochs = new Map<number, number>();
    for (let at = 0; at < partitions.length; at += 1) {
      epochs.set(partitions[at]!, isWhole ? assignmentEpochs[at]! : Math.max(memberEpoch, 0));
    }
    if (epochs.size > 0) assignment.set(topicId, epochs);
  }
  return assignment;
}

export function topicsWithEpochsOf(assignment: PartitionEpochs): TopicPartitionsWithEpochs[] {
  const topics: TopicPartitionsWithEpochs[] = [];
  for (const [topicId, epochs] of assignment) {
    const partitions = sorted([...epochs.keys()]);
    topics.push({ topicId, partitions, assignmentEpochs: partitions.map((each) => epochs.get(each)!) });
  }
  return topics;
}

export function withoutEpochs(assignment: PartitionEpochs): Assignment {
  const plain = new Map<Uuid, readonly number[]>();
  for (const [topicId, epochs] of assignment) plain.set(topicId, sorted([...epochs.keys()]));
  return plain;
}

export function withEpoch(assignment: Assignment, epoch: number): PartitionEpochs {
  const dated = new Map<Uuid, ReadonlyMap<number, number>>();
  for (const [topicId, partitions] of assignment) {
    dated.set(topicId, new Map(partitions.map((partition) => [partition, epoch])));
  }
  return dated;
}

export function epochOf(assignment: PartitionEpochs, topicId: Uuid, partition: number): number | undefined {
  return assignment.get(topicId)?.get(partition);
}

export function sorted(partitions: readonly number[]): number[] {
  return partitions.slice().sort((a, b) => a - b);
}

/** The one partition that Raft replicates. */
export const METADATA_TOPIC = '__cluster_metadata';
/** Kafka's fixed topic id for it: `Uuid.METADATA_TOPIC_ID`, the number one. */
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
/** The name of its log, and of its directory. */
export const METADATA_LOG = '__cluster_metadata-0';

interface TopicOf<P> {
  readonly topicName: string;
  readonly partitions: readonly P[];
}

/** The metadata partition's part of a message that may speak of it alone; null when it does not. */
export function onlyPartition<P extends { readonly partitionIndex: number }>(
  topics: readonly TopicOf<P>[],
): P | null {
  const topic = topics[0];
  if (topics.length !== 1 || topic === undefined || topic.topicName !== METADATA_TOPIC) return null;
  const partition = topic.partitions[0];
  if (topic.partitions.length !== 1 || partition === undefined || partition.partitionIndex !== 0) return null;
  return partition;
}

import type { ClusterImage, TopicImage } from '../../metadata/index.ts';
import {
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponse,
  ErrorCode,
  OPERATIONS_NOT_REQUESTED,
  ZERO_UUID,
} from '../../wire/index.ts';
import { ALL_TOPIC_OPERATIONS } from '../authorized-operations.ts';
import { offlineReplicas, reachableLeader } from '../metadata-view.ts';
import { isInternalTopic, isValidTopicName } from '../topic-name.ts';

type TopicDescription = DescribeTopicPartitionsResponse['topics'][number];
type PartitionDescription = TopicDescription['partitions'][number];
type Cursor = NonNullable<DescribeTopicPartitionsResponse['nextCursor']>;

/**
 * DescribeTopicPartitions (KIP-966): topics in order of name, a page of partitions at a time, with the eligible leader
 * replicas (`DescribeTopicPartitionsRequestHandler`, `KRaftMetadataCache.describeTopicResponse`).
 */
export function decideDescribeTopicPartitions(
  image: ClusterImage,
  request: DescribeTopicPartitionsRequest,
  maxRequestPartitionSizeLimit: number,
): DescribeTopicPartitionsResponse {
  const { cursor } = request;
  const all = request.topics.length === 0;
  const from = cursor?.topicName ?? '';
  const asked = all ? image.topicNames() : request.topics.map((topic) => topic.name);
  const names = [...new Set(asked.filter((name) => name >= from))].sort();
  if (cursor !== null && !all && !names.includes(cursor.topicName)) return rejectInvalid(request);
  if (cursor !== null && cursor.partitionIndex < 0) return rejectInvalid(request);

  let remaining = Math.max(Math.min(maxRequestPartitionSizeLimit, request.responsePartitionLimit), 1);
  const topics: TopicDescription[] = [];
  let nextCursor: Cursor | null = null;
  for (const name of names) {
    if (remaining === 0) {
      // The cursor names a topic that was not looked at yet: it need not exist.
      nextCursor = { topicName: name, partitionIndex: 0 };
      break;
    }
    const topic = image.topicsByName.get(name);
    if (topic === undefined) {
      if (!all) topics.push(missingTopic(name));
      continue;
    }
    const first = name === from && cursor !== null ? cursor.partitionIndex : 0;
    const end = Math.min(topic.partitions.length, first + remaining);
    topics.push(describeTopic(image, topic, first, end));
    if (end < topic.partitions.length) {
      nextCursor = { topicName: name, partitionIndex: end };
      break;
    }
    remaining -= Math.max(end - first, 0);
  }
  return { throttleTimeMs: 0, topics, nextCursor };
}

function describeTopic(image: ClusterImage, topic: TopicImage, first: number, end: number): TopicDescription {
  const partitions: PartitionDescription[] = [];
  for (let index = first; index < end; index++) {
    const partition = topic.partitions[index]!;
    partitions.push({
      errorCode: ErrorCode.NONE,
      partitionIndex: index,
      leaderId: reachableLeader(image, partition),
      leaderEpoch: partition.leaderEpoch,
      replicaNodes: partition.replicas,
      isrNodes: partition.isr,
      eligibleLeaderReplicas: partition.elr,
      lastKnownElr: partition.lastKnownElr,
      offlineReplicas: offlineReplicas(image, partition),
    });
  }
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: isInternalTopic(topic.name),
    partitions,
    topicAuthorizedOperations: ALL_TOPIC_OPERATIONS,
  };
}

function missingTopic(name: string): TopicDescription {
  return {
    errorCode: isValidTopicName(name)
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.INVALID_TOPIC_EXCEPTION,
    name,
    topicId: ZERO_UUID,
    isInternal: isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: ALL_TOPIC_OPERATIONS,
  };
}

/** `DescribeTopicPartitionsRequest.getErrorResponse`: the error on every topic that was asked for. */
function rejectInvalid(request: DescribeTopicPartitionsRequest): DescribeTopicPartitionsResponse {
  const topics = request.topics.map((topic) => ({
    errorCode: ErrorCode.INVALID_REQUEST,
    name: topic.name,
    topicId: ZERO_UUID,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: OPERATIONS_NOT_REQUESTED,
  }));
  return { throttleTimeMs: 0, topics, nextCursor: null };
}

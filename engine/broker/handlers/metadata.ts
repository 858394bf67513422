import type { ClusterImage, PartitionRegistration, TopicImage } from '../../metadata/index.ts';
import {
  ErrorCode,
  type MetadataRequest,
  type MetadataResponse,
  OPERATIONS_NOT_REQUESTED,
  type Uuid,
  ZERO_UUID,
} from '../../wire/index.ts';
import { ALL_CLUSTER_OPERATIONS, ALL_TOPIC_OPERATIONS } from '../authorized-operations.ts';
import { aliveBrokers, offlineReplicas, reachableLeader } from '../metadata-view.ts';
import { isInternalTopic, isValidTopicName } from '../topic-name.ts';

type TopicMetadata = MetadataResponse['topics'][number];
type PartitionMetadata = TopicMetadata['partitions'][number];

export interface MetadataContext {
  readonly image: ClusterImage;
  readonly clusterId: string;
  readonly autoCreateTopics: boolean;
  /**
   * A live broker, drawn anew for every answer, or -1: with KRaft any broker forwards, so any stands for the
   * controller.
   */
  readonly controllerId: number;
}

export interface MetadataDecision {
  readonly response: MetadataResponse;
  /** Topics that do not exist and that the request and this broker's configuration want created. */
  readonly create: readonly string[];
}

/** Metadata (`KafkaApis.handleTopicMetadataRequest`): by names, by ids (12+), or all. */
export function decideMetadata(
  context: MetadataContext,
  version: number,
  request: MetadataRequest,
): MetadataDecision {
  const all = request.topics === null || (version === 0 && request.topics.length === 0);
  const asked = all ? [] : request.topics!;
  // Versions 10 and 11 carry a topic id but cannot be asked by it.
  if (version < 12 && asked.some((topic) => topic.name === null || topic.topicId !== ZERO_UUID)) {
    return { response: rejectMetadata(version, request, ErrorCode.INVALID_REQUEST), create: [] };
  }
  const topics: TopicMetadata[] = [];
  const missing: string[] = [];
  const operations = request.includeTopicAuthorizedOperations
    ? ALL_TOPIC_OPERATIONS
    : OPERATIONS_NOT_REQUESTED;
  const { image } = context;
  if (all) {
    for (const name of image.topicNames()) {
      topics.push(describeTopic(image, version, image.topicsByName.get(name)!, operations));
    }
  } else {
    const { ids, names } = distinct(asked);
    for (const id of ids) if (!image.topicsById.has(id)) topics.push(unknownTopicId(id));
    const found: TopicImage[] = [];
    for (const id of ids) if (image.topicsById.has(id)) found.push(image.topicsById.get(id)!);
    // A request with ids is answered by ids alone, as Kafka does.
    if (ids.length === 0) {
      for (const name of names) {
        const topic = image.topicsByName.get(name);
        if (topic === undefined) missing.push(name);
        else found.push(topic);
      }
    }
    for (const topic of found) topics.push(describeTopic(image, version, topic, operations));
  }
  const autoCreate = context.autoCreateTopics && request.allowAutoTopicCreation && !all;
  for (const name of missing) topics.push(missingTopic(name, version, operations));
  const response: MetadataResponse = {
    throttleTimeMs: 0,
    brokers: describeBrokers(image, version),
    clusterId: version >= 2 ? context.clusterId : null,
    controllerId: version >= 1 ? context.controllerId : -1,
    topics,
    clusterAuthorizedOperations:
      version >= 8 && version <= 10 && request.includeClusterAuthorizedOperations
        ? ALL_CLUSTER_OPERATIONS
        : OPERATIONS_NOT_REQUESTED,
    errorCode: ErrorCode.NONE,
  };
  return { response, create: autoCreate ? missing.filter(isValidTopicName) : [] };
}

function distinct(asked: NonNullable<MetadataRequest['topics']>): {
  readonly ids: readonly Uuid[];
  readonly names: readonly string[];
} {
  const ids = new Set<Uuid>();
  const names = new Set<string>();
  for (const topic of asked) {
    if (topic.topicId !== ZERO_UUID) ids.add(topic.topicId);
    else if (topic.name !== null) names.add(topic.name);
  }
  return { ids: [...ids], names: [...names] };
}

function describeBrokers(image: ClusterImage, version: number): MetadataResponse['brokers'] {
  return aliveBrokers(image).map((broker) => ({
    nodeId: broker.id,
    host: broker.host,
    port: broker.port,
    rack: version >= 1 ? broker.rack : null,
  }));
}

function describeTopic(
  image: ClusterImage,
  version: number,
  topic: TopicImage,
  operations: number,
): TopicMetadata {
  const partitions: PartitionMetadata[] = [];
  for (const [index, partition] of topic.partitions.entries()) {
    partitions.push(describePartition(image, version, index, partition));
  }
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: version >= 10 ? topic.id : ZERO_UUID,
    isInternal: version >= 1 && isInternalTopic(topic.name),
    partitions,
    topicAuthorizedOperations: version >= 8 ? operations : OPERATIONS_NOT_REQUESTED,
  };
}

function describePartition(
  image: ClusterImage,
  version: number,
  partitionIndex: number,
  partition: PartitionRegistration,
): PartitionMetadata {
  const leaderId = reachableLeader(image, partition);
  // Version 0 hides replicas that are down and says so with an error; later versions list them all.
  const replicaNodes = version === 0 ? aliveOnly(image, partition.replicas) : partition.replicas;
  const isrNodes = version === 0 ? aliveOnly(image, partition.isr) : partition.isr;
  let errorCode: number = ErrorCode.NONE;
  if (leaderId === -1) errorCode = ErrorCode.LEADER_NOT_AVAILABLE;
  else if (replicaNodes.length < partition.replicas.length || isrNodes.length < partition.isr.length) {
    errorCode = ErrorCode.REPLICA_NOT_AVAILABLE;
  }
  return {
    errorCode,
    partitionIndex,
    leaderId,
    leaderEpoch: version >= 7 ? partition.leaderEpoch : -1,
    replicaNodes,
    isrNodes,
    offlineReplicas: version >= 5 ? offlineReplicas(image, partition) : [],
  };
}

function aliveOnly(image: ClusterImage, replicas: readonly number[]): readonly number[] {
  return replicas.filter((replica) => image.brokers.get(replica)?.fenced === false);
}

function missingTopic(name: string, version: number, operations: number): TopicMetadata {
  return {
    errorCode: isValidTopicName(name)
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.INVALID_TOPIC_EXCEPTION,
    name,
    topicId: ZERO_UUID,
    isInternal: version >= 1 && isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: version >= 8 ? operations : OPERATIONS_NOT_REQUESTED,
  };
}

function unknownTopicId(topicId: Uuid): TopicMetadata {
  return {
    errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
    name: null,
    topicId,
    isInternal: false,
    partitions: [],
    topicAuthorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}

/** `MetadataRequest.getErrorResponse`: the error on every topic, and at the top where the version has room for it. */
function rejectMetadata(version: number, request: MetadataRequest, errorCode: number): MetadataResponse {
  return {
    throttleTimeMs: 0,
    brokers: [],
    clusterId: null,
    controllerId: -1,
    topics: (request.topics ?? []).map((topic) => ({
      errorCode,
      name: topic.name ?? '',
      topicId: version >= 10 ? topic.topicId : ZERO_UUID,
      isInternal: false,
      partitions: [],
      topicAuthorizedOperations: OPERATIONS_NOT_REQUESTED,
    })),
    clusterAuthorizedOperations: OPERATIONS_NOT_REQUESTED,
    errorCode: version >= 13 ? errorCode : ErrorCode.NONE,
  };
}

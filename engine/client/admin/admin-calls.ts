import {
  ApiKey,
  createTopicsRequest,
  deleteTopicsRequest,
  describeClusterRequest,
  describeQuorumRequest,
  describeTopicPartitionsRequest,
  ElectionType,
  electLeadersRequest,
  listOffsetsRequest,
  make,
  metadataRequest,
} from '../../wire/index.ts';
import type { AdminCall, TopicPartition } from '../ports.ts';

/* One function an operation: what `Admin` offers, as the request that it becomes. */

export interface NewTopic {
  readonly name: string;
  /** -1: the cluster's default. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Placement by hand, one list of brokers a partition; then the two numbers above are ignored. */
  readonly assignments?: readonly (readonly number[])[];
  readonly configs?: Readonly<Record<string, string>>;
}

export function createTopics(topics: readonly NewTopic[], timeoutMs = 30_000): AdminCall {
  const body = make(createTopicsRequest, {
    topics: topics.map(({ name, partitions, replicationFactor, assignments = [], configs = {} }) => ({
      name,
      numPartitions: assignments.length > 0 ? -1 : partitions,
      replicationFactor: assignments.length > 0 ? -1 : replicationFactor,
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
    timeoutMs,
  });
  return { apiKey: ApiKey.CreateTopics, body, route: { to: 'controller' } };
}

export function deleteTopics(names: readonly string[], timeoutMs = 30_000): AdminCall {
  const body = make(deleteTopicsRequest, { topics: names.map((name) => ({ name })), timeoutMs });
  return { apiKey: ApiKey.DeleteTopics, body, route: { to: 'controller' } };
}

export function describeCluster(includeFencedBrokers = false): AdminCall {
  const body = make(describeClusterRequest, { includeFencedBrokers });
  return { apiKey: ApiKey.DescribeCluster, body, route: { to: 'any' } };
}

/** KIP-966: pages of partitions with their ELR. */
export function describeTopics(names: readonly string[]): AdminCall {
  const body = make(describeTopicPartitionsRequest, { topics: names.map((name) => ({ name })) });
  return { apiKey: ApiKey.DescribeTopicPartitions, body, route: { to: 'any' } };
}

/** Names and ids of all topics. */
export function listTopics(): AdminCall {
  const body = make(metadataRequest, { topics: null, allowAutoTopicCreation: false });
  return { apiKey: ApiKey.Metadata, body, route: { to: 'any' } };
}

export function describeQuorum(): AdminCall {
  const body = make(describeQuorumRequest, {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
  });
  return { apiKey: ApiKey.DescribeQuorum, body, route: { to: 'any' } };
}

/** Null elects everywhere. */
export function electLeaders(
  kind: 'preferred' | 'unclean',
  partitions: readonly TopicPartition[] | null,
  timeoutMs = 30_000,
): AdminCall {
  const topicPartitions =
    partitions?.map(({ topic, partition }) => ({ topic, partitions: [partition] })) ?? null;
  const body = make(electLeadersRequest, {
    electionType: kind === 'preferred' ? ElectionType.PREFERRED : ElectionType.UNCLEAN,
    topicPartitions,
    timeoutMs,
  });
  return { apiKey: ApiKey.ElectLeaders, body, route: { to: 'controller' } };
}

/** The offset of a time in one partition; negative times are an `OffsetSpec`. */
export function listOffsets(topic: string, partition: number, timestamp: number): AdminCall {
  const body = make(listOffsetsRequest, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
    timeoutMs: 30_000,
  });
  return { apiKey: ApiKey.ListOffsets, body, route: { to: 'leader', topic, partition } };
}

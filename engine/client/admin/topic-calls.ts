import {
  ApiKey,
  createPartitionsRequest,
  createTopicsRequest,
  deleteTopicsRequest,
  describeTopicPartitionsRequest,
  make,
  metadataRequest,
} from '../../wire/index.ts';
import type { AdminCall, TopicPartition } from '../ports.ts';

/* Here and beside it, one function an operation: what `Admin` offers, as the request that it becomes. */

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

export interface NewPartitions {
  readonly name: string;
  /** How many the topic has afterwards. */
  readonly count: number;
  /** Placement of the new ones by hand, in their order. */
  readonly assignments?: readonly (readonly number[])[] | undefined;
}

export function createPartitions(topics: readonly NewPartitions[], timeoutMs = 30_000): AdminCall {
  const body = make(createPartitionsRequest, {
    topics: topics.map(({ name, count, assignments }) => ({
      name,
      count,
      assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
    })),
    timeoutMs,
  });
  return { apiKey: ApiKey.CreatePartitions, body, route: { to: 'controller' } };
}

/** KIP-966: a page of partitions with their ELR, from the first on or from where the last page ended. */
export function describeTopics(names: readonly string[], from: TopicPartition | null = null): AdminCall {
  const body = make(describeTopicPartitionsRequest, {
    topics: names.map((name) => ({ name })),
    cursor: from === null ? null : { topicName: from.topic, partitionIndex: from.partition },
  });
  return { apiKey: ApiKey.DescribeTopicPartitions, body, route: { to: 'any' } };
}

/** Names and ids of all topics. */
export function listTopics(): AdminCall {
  const body = make(metadataRequest, { topics: null, allowAutoTopicCreation: false });
  return { apiKey: ApiKey.Metadata, body, route: { to: 'any' } };
}

import {
  ApiKey,
  alterPartitionReassignmentsRequest,
  listPartitionReassignmentsRequest,
  make,
} from '../../wire/index.ts';
import type { AdminCall, TopicPartition } from '../ports.ts';

export interface Reassignment extends TopicPartition {
  /** The preferred leader first; null calls a move off. */
  readonly replicas: readonly number[] | null;
}

/** KIP-455. Answered when the moves have begun. */
export function alterPartitionReassignments(
  reassignments: readonly Reassignment[],
  allowReplicationFactorChange = true,
  timeoutMs = 30_000,
): AdminCall {
  const topics = reassignments.map(({ topic, partition, replicas }) => ({
    name: topic,
    partitions: [{ partitionIndex: partition, replicas }],
  }));
  const body = make(alterPartitionReassignmentsRequest, { timeoutMs, allowReplicationFactorChange, topics });
  return { apiKey: ApiKey.AlterPartitionReassignments, body, route: { to: 'controller' } };
}

/** What is on the move; null asks about everything. */
export function listPartitionReassignments(
  partitions: readonly TopicPartition[] | null,
  timeoutMs = 30_000,
): AdminCall {
  const topics =
    partitions?.map(({ topic, partition }) => ({ name: topic, partitionIndexes: [partition] })) ?? null;
  const body = make(listPartitionReassignmentsRequest, { timeoutMs, topics });
  return { apiKey: ApiKey.ListPartitionReassignments, body, route: { to: 'controller' } };
}

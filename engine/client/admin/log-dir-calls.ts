import { ApiKey, alterReplicaLogDirsRequest, describeLogDirsRequest, make } from '../../wire/index.ts';
import type { AdminCall, TopicPartition } from '../ports.ts';

/** What lies in the directories of a broker; null partitions: all. */
export function describeLogDirs(broker: number, partitions: readonly TopicPartition[] | null): AdminCall {
  const topics = partitions?.map(({ topic, partition }) => ({ topic, partitions: [partition] })) ?? null;
  const body = make(describeLogDirsRequest, { topics });
  return { apiKey: ApiKey.DescribeLogDirs, body, route: { to: 'node', node: broker } };
}

/** Moves replicas of a broker into one of its directories (KIP-113). Answered when the move has begun. */
export function alterReplicaLogDirs(
  broker: number,
  path: string,
  partitions: readonly TopicPartition[],
): AdminCall {
  const topics = partitions.map(({ topic, partition }) => ({ name: topic, partitions: [partition] }));
  const body = make(alterReplicaLogDirsRequest, { dirs: [{ path, topics }] });
  return { apiKey: ApiKey.AlterReplicaLogDirs, body, route: { to: 'node', node: broker } };
}

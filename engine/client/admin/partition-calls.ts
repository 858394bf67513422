import {
  ApiKey,
  deleteRecordsRequest,
  ElectionType,
  electLeadersRequest,
  listOffsetsRequest,
  make,
} from '../../wire/index.ts';
import type { AdminCall, TopicPartition } from '../ports.ts';

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

/** Everything up to the high watermark. */
export const UP_TO_HIGH_WATERMARK = -1;

/** Gives up what lies before an offset of one partition. */
export function deleteRecords(
  topic: string,
  partition: number,
  before: number,
  timeoutMs = 30_000,
): AdminCall {
  const body = make(deleteRecordsRequest, {
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, offset: before }] }],
    timeoutMs,
  });
  return { apiKey: ApiKey.DeleteRecords, body, route: { to: 'leader', topic, partition } };
}

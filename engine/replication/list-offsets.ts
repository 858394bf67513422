import type { Request } from '../exchange/index.ts';
import { isLogFailure, type Log } from '../log/index.ts';
import type { Outbox } from '../machine/index.ts';
import { ErrorCode, type ListOffsetsRequest, type ListOffsetsResponse } from '../wire/index.ts';
import type { Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';

type AskedPartition = ListOffsetsRequest['topics'][number]['partitions'][number];
type ListedPartition = ListOffsetsResponse['topics'][number]['partitions'][number];

/** Timestamps that stand for a place rather than a time (`ListOffsetsRequest`, `OffsetSpec`). */
export const OffsetSpec = {
  Latest: -1,
  Earliest: -2,
  MaxTimestamp: -3,
  EarliestLocal: -4,
  LatestTiered: -5,
  EarliestPendingUpload: -6,
} as const;

/** The version that brought each, from -1 downwards. */
const SINCE_VERSION: readonly number[] = [1, 1, 7, 8, 9, 11];
/** v4 brought leader epochs, v5 OFFSET_NOT_AVAILABLE. */
const LEADER_EPOCH_VERSION = 4;
const NOT_AVAILABLE_VERSION = 5;
const CONSUMER = -1;
const DEBUGGER = -2;
const READ_COMMITTED = 1;
const UNKNOWN = -1;

/** Offsets by place or by time (`ReplicaManager.fetchOffset`, `Partition.fetchOffsetForTimestamp`). */
export function handleListOffsets(
  context: ReplicationContext,
  request: Request<ListOffsetsRequest>,
  out: Outbox,
): void {
  const { body } = request;
  const topics = body.topics.map((topic) => ({
    name: topic.name,
    partitions: topic.partitions.map((asked) =>
      isDuplicate(body, topic.name, asked)
        ? refused(asked, ErrorCode.INVALID_REQUEST)
        : list(context, request, topic.name, asked),
    ),
  }));
  context.responder.respond(request.id, { throttleTimeMs: 0, topics }, out);
}

function list(
  context: ReplicationContext,
  request: Request<ListOffsetsRequest>,
  topic: string,
  asked: AskedPartition,
): ListedPartition {
  const { apiVersion, body } = request;
  if (isUnsupported(asked.timestamp, apiVersion)) return refused(asked, ErrorCode.UNSUPPORTED_VERSION);
  const partition = context.hosted.find(topic, asked.partitionIndex);
  const unserved = context.hosted.reject(context.image, topic, asked.partitionIndex, partition);
  if (unserved !== ErrorCode.NONE || partition === undefined) return refused(asked, unserved);
  const error = partition.rejectRead(asked.currentLeaderEpoch, body.replicaId !== DEBUGGER);
  if (error !== ErrorCode.NONE) return refused(asked, error);

  const found = lookUp(partition, asked.timestamp, body);
  if (found === ErrorCode.OFFSET_NOT_AVAILABLE && apiVersion < NOT_AVAILABLE_VERSION) {
    return refused(asked, ErrorCode.LEADER_NOT_AVAILABLE);
  }
  if (typeof found === 'number') return refused(asked, found);
  return {
    partitionIndex: asked.partitionIndex,
    errorCode: ErrorCode.NONE,
    timestamp: found.timestamp,
    offset: found.offset,
    leaderEpoch: apiVersion < LEADER_EPOCH_VERSION ? UNKNOWN : found.leaderEpoch,
  };
}

interface Found {
  readonly timestamp: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

const NOTHING: Found = { timestamp: UNKNOWN, offset: UNKNOWN, leaderEpoch: UNKNOWN };

/**
 * A new leader's high watermark may lie below what consumers have already seen. Until it has passed the start of the
 * leader epoch, "latest" would go back in time: the asker is told to wait (KIP-207).
 */
function lookUp(partition: Partition, timestamp: number, body: ListOffsetsRequest): Found | number {
  const log = partition.openLog();
  const isClient = body.replicaId === CONSUMER;
  const notAvailable = isClient && partition.leaderEpochStartOffset > log.highWatermark;
  const lastFetchable = lastFetchableOffset(log, body);
  switch (timestamp) {
    case OffsetSpec.Latest:
      if (notAvailable) return ErrorCode.OFFSET_NOT_AVAILABLE;
      return { timestamp: UNKNOWN, offset: lastFetchable, leaderEpoch: partition.leaderEpoch };
    case OffsetSpec.Earliest:
    case OffsetSpec.EarliestLocal:
      return {
        timestamp: UNKNOWN,
        offset: log.logStartOffset,
        leaderEpoch: log.epochAt(log.logStartOffset),
      };
    case OffsetSpec.LatestTiered:
    case OffsetSpec.EarliestPendingUpload:
      // Nothing is tiered here.
      return NOTHING;
    default: {
      const found =
        timestamp === OffsetSpec.MaxTimestamp
          ? log.offsetOfMaxTimestamp()
          : log.offsetForTimestamp(timestamp);
      if (isLogFailure(found)) return found.errorCode;
      if (found !== null && found.offset < lastFetchable) return found;
      return notAvailable ? ErrorCode.OFFSET_NOT_AVAILABLE : NOTHING;
    }
  }
}

function lastFetchableOffset(log: Log, body: ListOffsetsRequest): number {
  if (body.replicaId !== CONSUMER) return log.logEndOffset;
  return body.isolationLevel === READ_COMMITTED ? log.lastStableOffset : log.highWatermark;
}

function isUnsupported(timestamp: number, apiVersion: number): boolean {
  if (timestamp >= 0) return false;
  const since = SINCE_VERSION[-timestamp - 1];
  return since === undefined || apiVersion < since;
}

function isDuplicate(body: ListOffsetsRequest, name: string, asked: AskedPartition): boolean {
  let count = 0;
  for (const topic of body.topics) {
    if (topic.name !== name) continue;
    for (const partition of topic.partitions)
      if (partition.partitionIndex === asked.partitionIndex) count += 1;
  }
  return count > 1;
}

function refused(asked: AskedPartition, errorCode: number): ListedPartition {
  return {
    partitionIndex: asked.partitionIndex,
    errorCode,
    timestamp: UNKNOWN,
    offset: UNKNOWN,
    leaderEpoch: UNKNOWN,
  };
}

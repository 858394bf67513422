import type { Request } from '../exchange/index.ts';
import type { Outbox } from '../machine/index.ts';
import {
  ErrorCode,
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
} from '../wire/index.ts';
import type { ReplicationContext } from './replication-context.ts';

type AskedPartition = OffsetForLeaderEpochRequest['topics'][number]['partitions'][number];
type EndOfEpoch = OffsetForLeaderEpochResponse['topics'][number]['partitions'][number];

/**
 * Where a leader epoch ends in the leader's log (KIP-101, KIP-279, KIP-320;
 * `ReplicaManager.lastOffsetForLeaderEpoch`).
 */
export function handleOffsetForLeaderEpoch(
  context: ReplicationContext,
  request: Request<OffsetForLeaderEpochRequest>,
  out: Outbox,
): void {
  const topics = request.body.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((asked) => endOf(context, topic, asked)),
  }));
  context.responder.respond(request.id, { throttleTimeMs: 0, topics }, out);
}

function endOf(context: ReplicationContext, topic: string, asked: AskedPartition): EndOfEpoch {
  const partition = context.hosted.find(topic, asked.partition);
  const unserved = context.hosted.reject(context.image, topic, asked.partition, partition);
  if (unserved !== ErrorCode.NONE || partition === undefined) return refused(asked, unserved);
  const error = partition.rejectRead(asked.currentLeaderEpoch, true);
  if (error !== ErrorCode.NONE) return refused(asked, error);
  const end = partition.openLog().endOffsetFor(asked.leaderEpoch);
  return {
    errorCode: ErrorCode.NONE,
    partition: asked.partition,
    leaderEpoch: end.leaderEpoch,
    endOffset: end.endOffset,
  };
}

function refused(asked: AskedPartition, errorCode: number): EndOfEpoch {
  return { errorCode, partition: asked.partition, leaderEpoch: -1, endOffset: -1 };
}

import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode, type TxnOffsetCommitRequest } from '../../../wire/index.ts';
import { coordinatorError, type Decision } from '../../runtime/index.ts';
import type { GroupShard } from '../group-shard.ts';
import type { GroupRecord } from '../records/index.ts';
import { admitCommitTopics, mergeTopics, refuseAll } from './commit-topics.ts';
import type { GroupContext } from './group-context.ts';

/** Topics are named by id from this version on (KIP-1319). */
const TOPIC_ID_VERSION = 6;
/** Producers before this version may crash of COORDINATOR_LOAD_IN_PROGRESS (KAFKA-7296). */
const LOAD_IN_PROGRESS_VERSION = 2;

/** Positions that count when the producer's transaction commits. Verified with its coordinator first (KIP-890). */
export function handleTxnOffsetCommit(
  context: GroupContext,
  now: Us,
  request: Request<TxnOffsetCommitRequest>,
  out: Outbox,
): void {
  const { apiVersion, body } = request;
  const { producerEpoch, producerId, transactionalId } = body;
  const { refused, topics } = admitCommitTopics(context.image(), body.topics, apiVersion >= TOPIC_ID_VERSION);
  const answer = (done: typeof refused, to: Outbox): void => {
    context.responder.respond(request.id, { throttleTimeMs: 0, topics: mergeTopics(refused, done) }, to);
  };
  const failed = (_at: Us, errorCode: number, to: Outbox): void => {
    const code = coordinatorError(errorCode);
    const isLoading =
      code === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS && apiVersion < LOAD_IN_PROGRESS_VERSION;
    answer(refuseAll(topics, isLoading ? ErrorCode.COORDINATOR_NOT_AVAILABLE : code), to);
  };
  if (topics.length === 0) {
    answer([], out);
    return;
  }
  if (body.groupId === '') {
    failed(now, ErrorCode.INVALID_GROUP_ID, out);
    return;
  }
  const commit = {
    groupId: body.groupId,
    memberId: body.memberId,
    instanceId: body.groupInstanceId,
    generationIdOrMemberEpoch: body.generationIdOrMemberEpoch,
    isTransactional: true,
    apiVersion,
    retentionTimeMs: -1,
    topics,
  };
  const decide = (shard: GroupShard): Decision<GroupRecord> | number => {
    const plan = shard.offsets.commit(now, commit, out);
    if (typeof plan === 'number') return plan;
    return {
      records: plan.records,
      settle: (at, errorCode, to) => {
        if (errorCode === ErrorCode.NONE) answer(plan.topics, to);
        else failed(at, errorCode, to);
      },
    };
  };
  const origin = { transactionalId, producerId, producerEpoch, apiVersion };
  const partition = context.partitionOf(body.groupId);
  context.runtime.scheduleTransactionalWrite(now, partition, origin, decide, failed, out);
}

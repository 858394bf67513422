import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode, type OffsetCommitRequest } from '../../../wire/index.ts';
import { coordinatorError, type Decision } from '../../runtime/index.ts';
import type { GroupShard } from '../group-shard.ts';
import type { GroupRecord } from '../records/index.ts';
import { admitCommitTopics, mergeTopics, refuseAll } from './commit-topics.ts';
import type { GroupContext } from './group-context.ts';

/** Topics are named by id from this version on. */
const TOPIC_ID_VERSION = 10;

/** Positions of a group, or of somebody who only stores them. Answered when they are replicated. */
export function handleOffsetCommit(
  context: GroupContext,
  now: Us,
  request: Request<OffsetCommitRequest>,
  out: Outbox,
): void {
  const { apiVersion, body } = request;
  const { refused, topics } = admitCommitTopics(context.image(), body.topics, apiVersion >= TOPIC_ID_VERSION);
  const answer = (done: typeof refused, to: Outbox): void => {
    context.responder.respond(request.id, { throttleTimeMs: 0, topics: mergeTopics(refused, done) }, to);
  };
  if (topics.length === 0) {
    answer([], out);
    return;
  }
  const commit = {
    groupId: body.groupId,
    memberId: body.memberId,
    instanceId: body.groupInstanceId,
    generationIdOrMemberEpoch: body.generationIdOrMemberEpoch,
    isTransactional: false,
    apiVersion,
    retentionTimeMs: body.retentionTimeMs,
    topics,
  };
  const failed = (_at: Us, errorCode: number, to: Outbox): void =>
    answer(refuseAll(topics, coordinatorError(errorCode)), to);
  const decide = (shard: GroupShard): Decision<GroupRecord> | number => {
    const plan = shard.offsets.commit(now, commit, out);
    if (typeof plan === 'number') return plan;
    return {
      records: plan.records,
      settle: (at, errorCode, to) => {
        if (errorCode !== ErrorCode.NONE) {
          failed(at, errorCode, to);
          return;
        }
        tellCommitted(plan.records, to);
        answer(plan.topics, to);
      },
    };
  };
  context.runtime.scheduleWrite(now, context.partitionOf(body.groupId), decide, failed, out);
}

function tellCommitted(records: readonly GroupRecord[], out: Outbox): void {
  for (const record of records) {
    if (record.type !== 'OffsetCommit' || record.value === null) continue;
    const { group, partition, topic } = record.key;
    out.fact({ fact: 'offset committed', group, topic, partition, offset: record.value.offset });
  }
}

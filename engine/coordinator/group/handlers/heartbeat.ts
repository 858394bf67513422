import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode, type HeartbeatRequest, type HeartbeatResponse } from '../../../wire/index.ts';
import type { GroupShard } from '../group-shard.ts';
import { answerTo, askGroup, callerOf, type GroupContext } from './group-context.ts';

export function handleHeartbeat(
  context: GroupContext,
  now: Us,
  request: Request<HeartbeatRequest>,
  out: Outbox,
): void {
  const { body } = request;
  const answer = answerTo<HeartbeatResponse>(context, request);
  // A group that is loading will know its member again: that is no reason to trouble it.
  const refused = (errorCode: number): HeartbeatResponse => ({
    throttleTimeMs: 0,
    errorCode: errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : errorCode,
  });
  if (body.groupId === '') {
    answer(now, refused(ErrorCode.INVALID_GROUP_ID), out);
    return;
  }
  const caller = callerOf(request);
  const decide = (shard: GroupShard) => shard.classic.heartbeat(now, body, caller, answer, out);
  askGroup(context, now, body.groupId, answer, refused, decide, out);
}

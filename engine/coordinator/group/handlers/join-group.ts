import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import {
  ErrorCode,
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupResponse,
  make,
} from '../../../wire/index.ts';
import type { GroupShard } from '../group-shard.ts';
import { answerTo, askGroup, callerOf, type GroupContext } from './group-context.ts';

export function handleJoinGroup(
  context: GroupContext,
  now: Us,
  request: Request<JoinGroupRequest>,
  out: Outbox,
): void {
  const { body } = request;
  const { config } = context;
  const answer = answerTo<JoinGroupResponse>(context, request);
  const refused = (errorCode: number): JoinGroupResponse => {
    const { memberId } = body;
    // A null name is known from version 7 on (`JoinGroupRequest.getErrorResponse`).
    const protocolName = request.apiVersion >= 7 ? null : '';
    return make(joinGroupResponse, { errorCode, memberId, protocolName });
  };
  if (body.groupId === '') {
    answer(now, refused(ErrorCode.INVALID_GROUP_ID), out);
    return;
  }
  const { sessionTimeoutMs } = body;
  const isTooShort = sessionTimeoutMs < config['group.min.session.timeout.ms'];
  if (isTooShort || sessionTimeoutMs > config['group.max.session.timeout.ms']) {
    answer(now, refused(ErrorCode.INVALID_SESSION_TIMEOUT), out);
    return;
  }
  const caller = callerOf(request);
  const decide = (shard: GroupShard) => shard.classic.join(now, body, caller, answer, out);
  askGroup(context, now, body.groupId, answer, refused, decide, out);
}

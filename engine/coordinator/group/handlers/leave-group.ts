import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode, type LeaveGroupRequest, type LeaveGroupResponse } from '../../../wire/index.ts';
import type { GroupShard } from '../group-shard.ts';
import { answerTo, askGroup, callerOf, type GroupContext } from './group-context.ts';

/** Versions before 3 name one member, and have one verdict. */
const MANY_MEMBERS_VERSION = 3;

/** Rooms see `members` only, and answer with one verdict for each. */
export function handleLeaveGroup(
  context: GroupContext,
  now: Us,
  request: Request<LeaveGroupRequest>,
  out: Outbox,
): void {
  const isOne = request.apiVersion < MANY_MEMBERS_VERSION;
  const members = isOne
    ? [{ memberId: request.body.memberId, groupInstanceId: null, reason: null }]
    : request.body.members;
  const body: LeaveGroupRequest = { ...request.body, memberId: '', members };
  const respond = answerTo<LeaveGroupResponse>(context, request);
  const answer = (at: Us, response: LeaveGroupResponse, to: Outbox): void => {
    if (!isOne) {
      respond(at, response, to);
      return;
    }
    const errorCode =
      response.errorCode === ErrorCode.NONE ? (response.members[0]?.errorCode ?? 0) : response.errorCode;
    respond(at, { throttleTimeMs: 0, errorCode, members: [] }, to);
  };
  const refused = (errorCode: number): LeaveGroupResponse => {
    if (errorCode !== ErrorCode.UNKNOWN_MEMBER_ID) return { throttleTimeMs: 0, errorCode, members: [] };
    // The group was not found.
    const unknown = members.map(({ groupInstanceId, memberId }) => ({
      memberId,
      groupInstanceId,
      errorCode,
    }));
    return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, members: unknown };
  };
  if (body.groupId === '') {
    answer(now, refused(ErrorCode.INVALID_GROUP_ID), out);
    return;
  }
  const caller = callerOf(request);
  const decide = (shard: GroupShard) => shard.classic.leave(now, body, caller, answer, out);
  askGroup(context, now, body.groupId, answer, refused, decide, out);
}

import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import {
  ErrorCode,
  make,
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroupResponse,
} from '../../../wire/index.ts';
import type { GroupShard } from '../group-shard.ts';
import { answerTo, askGroup, callerOf, type GroupContext } from './group-context.ts';

export function handleSyncGroup(
  context: GroupContext,
  now: Us,
  request: Request<SyncGroupRequest>,
  out: Outbox,
): void {
  const { body } = request;
  const answer = answerTo<SyncGroupResponse>(context, request);
  const refused = (errorCode: number) => make(syncGroupResponse, { errorCode });
  if (body.groupId === '') {
    answer(now, refused(ErrorCode.INVALID_GROUP_ID), out);
    return;
  }
  // Both are mandatory in versions that have them (KIP-559).
  const isMute = body.protocolType === null || body.protocolName === null;
  if (request.apiVersion >= 5 && isMute) {
    answer(now, refused(ErrorCode.INCONSISTENT_GROUP_PROTOCOL), out);
    return;
  }
  const caller = callerOf(request);
  const decide = (shard: GroupShard) => shard.classic.sync(now, body, caller, answer, out);
  askGroup(context, now, body.groupId, answer, refused, decide, out);
}

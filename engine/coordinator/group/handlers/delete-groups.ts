import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import { type DeleteGroupsRequest, type DeleteGroupsResponse, ErrorCode } from '../../../wire/index.ts';
import { coordinatorError } from '../../runtime/index.ts';
import type { GroupShard } from '../group-shard.ts';
import type { GroupRecord } from '../records/index.ts';
import { byPartition, type GroupContext } from './group-context.ts';

/** Deletes groups without members, each partition's in one write; answered when the last of them is settled. */
export function handleDeleteGroups(
  context: GroupContext,
  now: Us,
  request: Request<DeleteGroupsRequest>,
  out: Outbox,
): void {
  const results: DeleteGroupsResponse['results'][number][] = [];
  const grouped = byPartition(context, [...new Set(request.body.groupsNames)]);
  let pending = grouped.size;
  const answer = (to: Outbox): void => {
    context.responder.respond(request.id, { throttleTimeMs: 0, results }, to);
  };
  if (pending === 0) answer(out);
  for (const [partition, groupIds] of grouped) {
    let decided: DeleteGroupsResponse['results'] = [];
    const settle = (_at: Us, errorCode: number, to: Outbox): void => {
      if (errorCode === ErrorCode.NONE) results.push(...decided);
      else for (const groupId of groupIds) results.push(refused(groupId, coordinatorError(errorCode)));
      pending -= 1;
      if (pending === 0) answer(to);
    };
    const decide = (shard: GroupShard) => {
      const records: GroupRecord[] = [];
      decided = shard.deleteGroups(groupIds, records);
      return { records, settle };
    };
    context.runtime.scheduleWrite(now, partition, decide, settle, out);
  }
}

function refused(groupId: string, errorCode: number): DeleteGroupsResponse['results'][number] {
  return { groupId, errorCode, errorMessage: null };
}

import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import {
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
  ErrorCode,
  OPERATIONS_NOT_REQUESTED,
} from '../../../wire/index.ts';
import { coordinatorError } from '../../runtime/index.ts';
import { ALL_GROUP_OPERATIONS, byPartition, type GroupContext } from './group-context.ts';

type DescribedGroup = DescribeGroupsResponse['groups'][number];

/** Classic groups and their members, as far as they are replicated. */
export function handleDescribeGroups(
  context: GroupContext,
  now: Us,
  request: Request<DescribeGroupsRequest>,
  out: Outbox,
): void {
  const { apiVersion, body } = request;
  const groups: DescribedGroup[] = [];
  for (const [partition, groupIds] of byPartition(context, body.groups)) {
    context.runtime.scheduleRead(
      now,
      partition,
      (shard, committedOffset) => {
        for (const groupId of groupIds)
          groups.push(shard.classic.describe(groupId, apiVersion, committedOffset));
      },
      (_at, code) => {
        for (const groupId of groupIds) groups.push(refused(groupId, coordinatorError(code)));
      },
      out,
    );
  }
  const told = body.includeAuthorizedOperations ? groups.map(withOperations) : groups;
  context.responder.respond(request.id, { throttleTimeMs: 0, groups: told }, out);
}

function withOperations(group: DescribedGroup): DescribedGroup {
  return group.errorCode === ErrorCode.NONE
    ? { ...group, authorizedOperations: ALL_GROUP_OPERATIONS }
    : group;
}

function refused(groupId: string, errorCode: number): DescribedGroup {
  return {
    errorCode,
    errorMessage: null,
    groupId,
    groupState: '',
    protocolType: '',
    protocolData: '',
    members: [],
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}

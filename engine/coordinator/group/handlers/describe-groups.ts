import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import {
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
  OPERATIONS_NOT_REQUESTED,
} from '../../../wire/index.ts';
import { describeEach } from './describe-each.ts';
import type { GroupContext } from './group-context.ts';

type DescribedGroup = DescribeGroupsResponse['groups'][number];

/** Classic groups and their members, as far as they are replicated. */
export function handleDescribeGroups(
  context: GroupContext,
  now: Us,
  request: Request<DescribeGroupsRequest>,
  out: Outbox,
): void {
  const { apiVersion, body } = request;
  describeEach<DescribedGroup>(
    context,
    now,
    request,
    {
      groupIds: body.groups,
      groups: [],
      describe: (shard, groupId, committedOffset) =>
        shard.classic.describe(groupId, apiVersion, committedOffset),
      refused,
    },
    out,
  );
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

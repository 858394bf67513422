import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import {
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
  ErrorCode,
  OPERATIONS_NOT_REQUESTED,
} from '../../../wire/index.ts';
import { describeEach } from './describe-each.ts';
import { type GroupContext, hasConsumerGroups } from './group-context.ts';

type DescribedGroup = ConsumerGroupDescribeResponse['groups'][number];

/** Consumer groups and their members, as far as they are replicated (KIP-848). */
export function handleConsumerGroupDescribe(
  context: GroupContext,
  now: Us,
  request: Request<ConsumerGroupDescribeRequest>,
  out: Outbox,
): void {
  const { body } = request;
  const groups: DescribedGroup[] = [];
  if (!hasConsumerGroups(context.image())) {
    for (const groupId of body.groupIds) groups.push(refused(groupId, ErrorCode.UNSUPPORTED_VERSION));
    context.responder.respond(request.id, { throttleTimeMs: 0, groups }, out);
    return;
  }
  const named = body.groupIds.filter((groupId) => groupId !== '');
  for (let at = named.length; at < body.groupIds.length; at += 1) {
    groups.push(refused('', ErrorCode.INVALID_GROUP_ID));
  }
  describeEach(
    context,
    now,
    request,
    {
      groupIds: named,
      groups,
      describe: (shard, groupId, committedOffset) => shard.consumer.describe(groupId, committedOffset),
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
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}

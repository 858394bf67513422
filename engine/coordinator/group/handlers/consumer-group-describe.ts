import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import {
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
  ErrorCode,
  OPERATIONS_NOT_REQUESTED,
} from '../../../wire/index.ts';
import { coordinatorError } from '../../runtime/index.ts';
import { ALL_GROUP_OPERATIONS, byPartition, type GroupContext, hasConsumerGroups } from './group-context.ts';

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
  for (const [partition, groupIds] of byPartition(context, named)) {
    context.runtime.scheduleRead(
      now,
      partition,
      (shard, committedOffset) => {
        for (const groupId of groupIds) groups.push(shard.consumer.describe(groupId, committedOffset));
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
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
    authorizedOperations: OPERATIONS_NOT_REQUESTED,
  };
}

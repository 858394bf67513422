import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import {
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatResponse,
  ErrorCode,
  make,
} from '../../../wire/index.ts';
import type { GroupShard } from '../group-shard.ts';
import { answerTo, askGroup, callerOf, type GroupContext, hasConsumerGroups } from './group-context.ts';

/** The client chooses its member id from this version on (KIP-1082). */
const CLIENT_ID_VERSION = 1;
const LEAVE = -1;
const LEAVE_STATIC = -2;

export function handleConsumerGroupHeartbeat(
  context: GroupContext,
  now: Us,
  request: Request<ConsumerGroupHeartbeatRequest>,
  out: Outbox,
): void {
  const { apiVersion, body } = request;
  const answer = answerTo<ConsumerGroupHeartbeatResponse>(context, request);
  if (!hasConsumerGroups(context.image())) {
    answer(now, make(consumerGroupHeartbeatResponse, { errorCode: ErrorCode.UNSUPPORTED_VERSION }), out);
    return;
  }
  const invalid = rejectHeartbeat(body, apiVersion, context.config['group.consumer.assignors']);
  if (invalid !== null) {
    answer(now, make(consumerGroupHeartbeatResponse, invalid), out);
    return;
  }
  const refused = (errorCode: number) => make(consumerGroupHeartbeatResponse, { errorCode });
  const caller = callerOf(request);
  const decide = (shard: GroupShard) => shard.consumer.heartbeat(now, body, caller, answer, out);
  askGroup(context, now, body.groupId, answer, refused, decide, out);
}

/** What no group would take, in Kafka's order (`throwIfConsumerGroupHeartbeatRequestIsInvalid`). */
function rejectHeartbeat(
  body: ConsumerGroupHeartbeatRequest,
  apiVersion: number,
  assignors: string,
): { readonly errorCode: number; readonly errorMessage: string } | null {
  const { memberEpoch, memberId } = body;
  const mustBeNamed = apiVersion >= CLIENT_ID_VERSION || memberEpoch > 0 || memberEpoch === LEAVE;
  if (mustBeNamed && memberId.trim() === '') return wrong("MemberId can't be empty.");
  if (body.groupId.trim() === '') return wrong("GroupId can't be empty.");
  if (body.instanceId?.trim() === '') return wrong("InstanceId can't be empty.");
  if (body.rackId?.trim() === '') return wrong("RackId can't be empty.");
  if (memberEpoch === 0) {
    if (body.rebalanceTimeoutMs === -1) return wrong('RebalanceTimeoutMs must be provided in first request.');
    if (body.topicPartitions === null || body.topicPartitions.length > 0) {
      return wrong('TopicPartitions must be empty when (re-)joining.');
    }
    if (body.subscribedTopicNames === null && body.subscribedTopicRegex === null) {
      return wrong('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.');
    }
  } else if (memberEpoch === LEAVE_STATIC) {
    if (body.instanceId === null) return wrong("InstanceId can't be null.");
  } else if (memberEpoch < LEAVE_STATIC) return wrong('MemberEpoch is invalid.');
  const known = assignors.split(',').map((name) => name.trim());
  if (body.serverAssignor === null || known.includes(body.serverAssignor)) return null;
  return {
    errorCode: ErrorCode.UNSUPPORTED_ASSIGNOR,
    errorMessage: `ServerAssignor ${body.serverAssignor} is not supported. Supported assignors: ${known.join(', ')}.`,
  };
}

function wrong(errorMessage: string): { readonly errorCode: number; readonly errorMessage: string } {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}

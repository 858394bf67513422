import type { Outbox, Us } from '../../../machine/index.ts';
import {
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatResponse,
  ErrorCode,
  make,
  randomUuid,
} from '../../../wire/index.ts';
import { coordinatorError, type Decision } from '../../runtime/index.ts';
import type { Answer, Caller, GroupDecision } from '../group-rooms.ts';
import type { GroupRecord } from '../records/index.ts';
import {
  type Assignment,
  assignmentOf,
  equalPartitionEpochs,
  topicsOf,
  withoutEpochs,
} from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, JOIN_EPOCH, sortedNames } from './consumer-group-member.ts';
import { findGroup, groupToJoin } from './find-group.ts';
import { groupSetting } from './group-settings.ts';
import { reconcileMember } from './reconcile-member.ts';
import type { Room } from './room.ts';
import { memberToServe, rejectWhenFull } from './subscribe-member.ts';
import { updateRegexes } from './update-regexes.ts';
import {
  ASSIGNOR_FAILED,
  changesAssignor,
  updateSubscriptions,
  writeMember,
} from './update-subscriptions.ts';
import { updateTarget } from './update-target.ts';

/**
 * A member's heartbeat, in three steps (`consumerGroupHeartbeat`): what it says of itself, which may raise the group's
 * epoch; a new target if the epoch is ahead of the last one; one step of this member towards it. Records come in that
 * order, in one batch.
 */
export function decideHeartbeat(
  room: Room,
  now: Us,
  request: ConsumerGroupHeartbeatRequest,
  caller: Caller,
  answer: Answer<ConsumerGroupHeartbeatResponse>,
  out: Outbox,
): GroupDecision {
  const { groupId, instanceId, memberEpoch } = request;
  const records: GroupRecord[] = [];
  const isJoin = memberEpoch === JOIN_EPOCH;
  const group = isJoin ? groupToJoin(room, now, groupId, records, out) : findGroup(room, groupId);
  if (typeof group === 'number') return group;
  const full = rejectWhenFull(room, group, request.memberId, instanceId);
  if (full !== ErrorCode.NONE) return full;
  const memberId = request.memberId === '' ? randomUuid(room.context.random) : request.memberId;
  const owned = request.topicPartitions === null ? null : assignmentOf(request.topicPartitions);
  const visit = { memberId, memberEpoch, instanceId, owned, mayBeNew: isJoin, isClassic: false };
  const before = memberToServe(group, visit, records);
  if (typeof before === 'number') return before;
  const member = withRequest(before, request, caller);
  const updated = updateGroup(room, now, group, before, member, records, out);
  if (typeof updated === 'number') return updated;
  const { groupEpoch, hasSubscriptionChanged } = updated;
  const target = updateTarget(room, group, groupEpoch, before, member, records);
  if (typeof target === 'string') return ASSIGNOR_FAILED;
  const reconciled = reconcileMember(
    room,
    now,
    group,
    member,
    target,
    hasSubscriptionChanged,
    owned,
    records,
    out,
  );
  if (typeof reconciled === 'number') return reconciled;
  const image = room.context.image();
  const sessionTimeoutMs = groupSetting('sessionTimeoutMs', groupId, room.config, image);
  room.timers.startSession(now, groupId, memberId, sessionTimeoutMs, out);
  const isFull = isJoin || isFullRequest(request, owned);
  const tellsAssignment = isFull || !equalPartitionEpochs(before.assigned, reconciled.assigned);
  const heartbeatIntervalMs = groupSetting('heartbeatIntervalMs', groupId, room.config, image);
  return answered(records, responseOf(reconciled, heartbeatIntervalMs, tellsAssignment), answer);
}

interface UpdatedGroup {
  readonly groupEpoch: number;
  readonly hasSubscriptionChanged: boolean;
}

/** What the member says of itself, and what that makes of the group; or an error code. */
function updateGroup(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
  records: GroupRecord[],
  out: Outbox,
): UpdatedGroup | number {
  const namesChanged = writeMember(group.groupId, before, member, records);
  const regexChange = updateRegexes(room, now, group, before, member, records, out);
  if (typeof regexChange === 'number') return regexChange;
  // A pattern that is not resolved yet will raise the epoch when it is.
  const mustBump =
    namesChanged || regexChange === 'changed and resolved' || changesAssignor(room, group, before, member);
  const groupEpoch =
    mustBump || group.isMetadataStale(room.context.wall.nowMs())
      ? updateSubscriptions(room, group, mustBump, before, member, records)
      : group.groupEpoch;
  return { groupEpoch, hasSubscriptionChanged: namesChanged || regexChange !== 'none' };
}

/** What is null, or -1, is as before. A member that spoke the classic protocol does so no longer. */
function withRequest(
  member: ConsumerGroupMember,
  request: ConsumerGroupHeartbeatRequest,
  { clientHost, clientId }: Caller,
): ConsumerGroupMember {
  const { instanceId, rackId, rebalanceTimeoutMs, serverAssignor } = request;
  const { subscribedTopicNames: names, subscribedTopicRegex: regex } = request;
  return {
    ...member,
    instanceId: instanceId ?? member.instanceId,
    rackId: rackId ?? member.rackId,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : rebalanceTimeoutMs,
    serverAssignor: serverAssignor ?? member.serverAssignor,
    subscribedTopicNames: names === null ? member.subscribedTopicNames : sortedNames(names),
    subscribedTopicRegex: regex ?? member.subscribedTopicRegex,
    clientId,
    clientHost,
    classic: null,
  };
}

/** A member sends everything after an error: it may have missed an answer, and gets everything back. */
function isFullRequest(request: ConsumerGroupHeartbeatRequest, owned: Assignment | null): boolean {
  const subscribes = request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null;
  return request.rebalanceTimeoutMs !== -1 && subscribes && owned !== null;
}

function responseOf(
  { assigned, memberEpoch, memberId }: ConsumerGroupMember,
  heartbeatIntervalMs: number,
  tellsAssignment: boolean,
): ConsumerGroupHeartbeatResponse {
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    memberId,
    memberEpoch,
    heartbeatIntervalMs,
    assignment: tellsAssignment ? { topicPartitions: topicsOf(withoutEpochs(assigned)) } : null,
  };
}

/** The answer goes out when the records are replicated. */
export function answered(
  records: readonly GroupRecord[],
  response: ConsumerGroupHeartbeatResponse,
  answer: Answer<ConsumerGroupHeartbeatResponse>,
  replay = true,
): Decision<GroupRecord> {
  return {
    records,
    replay,
    settle: (at, errorCode, to) => {
      const code = coordinatorError(errorCode);
      const failed = () => make(consumerGroupHeartbeatResponse, { errorCode: code });
      answer(at, code === ErrorCode.NONE ? response : failed(), to);
    },
  };
}

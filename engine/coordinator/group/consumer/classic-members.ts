import type { Outbox, Us } from '../../../machine/index.ts';
import {
  CONSUMER_PROTOCOL_TYPE,
  ErrorCode,
  type HeartbeatRequest,
  type HeartbeatResponse,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
  make,
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroupResponse,
} from '../../../wire/index.ts';
import { coordinatorError } from '../../runtime/index.ts';
import type { Answer, GroupDecision } from '../group-rooms.ts';
import { withoutEpochs } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import {
  type ClassicMemberMetadata,
  type ConsumerGroupMember,
  MemberState,
} from './consumer-group-member.ts';
import { classicAssignment } from './convert-consumer-group.ts';
import { fenceMembers } from './fence-members.ts';
import type { Room } from './room.ts';

/** A member of a consumer group that speaks the classic protocol. */
type ClassicMember = ConsumerGroupMember & { readonly classic: ClassicMemberMetadata };

/** What the member has been given since it joined (`classicGroupSyncToConsumerGroup`). */
export function syncClassicMember(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  request: SyncGroupRequest,
  answer: Answer<SyncGroupResponse>,
  out: Outbox,
): GroupDecision {
  const { groupId, memberId, protocolName, protocolType } = request;
  const member = classicMember(group, memberId, request.groupInstanceId, request.generationId);
  if (typeof member === 'number') return member;
  const isOfConsumers = protocolType === null || protocolType === CONSUMER_PROTOCOL_TYPE;
  const ownProtocol = member.classic.supportedProtocols[0]?.name;
  if (!isOfConsumers || (protocolName !== null && protocolName !== ownProtocol)) {
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  }
  // One that has yet to give up partitions has joined already: it goes on first.
  const isBehind = group.assignmentEpoch > member.memberEpoch;
  if (isBehind && member.state !== MemberState.UNREVOKED_PARTITIONS) {
    room.timers.startJoinIfAbsent(now, groupId, memberId, member.rebalanceTimeoutMs, out);
    return ErrorCode.REBALANCE_IN_PROGRESS;
  }
  const { sessionTimeoutMs } = member.classic;
  return {
    records: [],
    settle: (at, errorCode, to) => {
      const code = coordinatorError(errorCode);
      if (code !== ErrorCode.NONE) {
        answer(at, make(syncGroupResponse, { errorCode: code }), to);
        return;
      }
      room.timers.cancelSync(groupId, memberId);
      room.timers.startSession(at, groupId, memberId, sessionTimeoutMs, to);
      const assigned = withoutEpochs(member.assigned);
      const assignment = classicAssignment(member, assigned, room.context.image());
      answer(at, { throttleTimeMs: 0, errorCode: code, protocolType, protocolName, assignment }, to);
    },
  };
}

/** It lives; and it has to join again when its target has moved on (`classicGroupHeartbeatToConsumerGroup`). */
export function heartbeatOfClassicMember(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  request: HeartbeatRequest,
  answer: Answer<HeartbeatResponse>,
  out: Outbox,
): GroupDecision {
  const { groupId, memberId } = request;
  const member = classicMember(group, memberId, request.groupInstanceId, request.generationId);
  if (typeof member === 'number') return member;
  room.timers.startSession(now, groupId, memberId, member.classic.sessionTimeoutMs, out);
  const mustJoin = hasToJoin(group, member);
  if (mustJoin) room.timers.startJoinIfAbsent(now, groupId, memberId, member.rebalanceTimeoutMs, out);
  const verdict = mustJoin ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
  return {
    records: [],
    settle: (at, errorCode, to) => {
      const code = coordinatorError(errorCode);
      answer(at, { throttleTimeMs: 0, errorCode: code === ErrorCode.NONE ? verdict : code }, to);
    },
  };
}

/** Members leave, or an administrator takes static ones out (`classicGroupLeaveToConsumerGroup`). */
export function leaveConsumerGroup(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  request: LeaveGroupRequest,
  answer: Answer<LeaveGroupResponse>,
  out: Outbox,
): GroupDecision {
  const leaving = new Set<ConsumerGroupMember>();
  const members = request.members.map(({ groupInstanceId, memberId }) => {
    const member = groupInstanceId === null ? group.member(memberId) : group.staticMember(groupInstanceId);
    const errorCode = rejectLeave(member, memberId, groupInstanceId);
    if (member !== undefined && errorCode === ErrorCode.NONE) leaving.add(member);
    return { memberId, groupInstanceId, errorCode };
  });
  const { records, replay } = fenceMembers(room, now, group, leaving, out);
  return {
    records,
    replay,
    settle: (at, errorCode, to) => {
      const code = coordinatorError(errorCode);
      const isFine = code === ErrorCode.NONE;
      answer(at, { throttleTimeMs: 0, errorCode: code, members: isFine ? members : [] }, to);
    },
  };
}

/** An administrator does not know the id of a static member. */
function rejectLeave(
  member: ConsumerGroupMember | undefined,
  memberId: string,
  instanceId: string | null,
): number {
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  const isAnother = instanceId !== null && memberId !== '' && member.memberId !== memberId;
  return isAnother ? ErrorCode.FENCED_INSTANCE_ID : ErrorCode.NONE;
}

function classicMember(
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
  generationId: number,
): ClassicMember | number {
  const member = instanceId === null ? group.member(memberId) : group.staticMember(instanceId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (member.memberId !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
  if (!isClassic(member)) return ErrorCode.UNKNOWN_MEMBER_ID;
  return member.memberEpoch === generationId ? member : ErrorCode.ILLEGAL_GENERATION;
}

function isClassic(member: ConsumerGroupMember): member is ClassicMember {
  return member.classic !== null;
}

function hasToJoin(group: ConsumerGroup, member: ConsumerGroupMember): boolean {
  if (member.memberEpoch < group.assignmentEpoch) return true;
  if (member.state === MemberState.UNREVOKED_PARTITIONS) return true;
  return member.state === MemberState.UNRELEASED_PARTITIONS && !waitsForOthers(group, member);
}

/** Something of its target is in other hands still (`waitingOnUnreleasedPartition`). */
function waitsForOthers(group: ConsumerGroup, member: ConsumerGroupMember): boolean {
  for (const [topicId, partitions] of group.target(member.memberId)) {
    const assigned = member.assigned.get(topicId);
    for (const partition of partitions) {
      if (assigned?.has(partition) !== true && group.owners.epochOf(topicId, partition) !== -1) return true;
    }
  }
  return false;
}

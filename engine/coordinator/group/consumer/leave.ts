import type { Outbox, Us } from '../../../machine/index.ts';
import {
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatResponse,
  ErrorCode,
  make,
} from '../../../wire/index.ts';
import type { Answer, GroupDecision } from '../group-rooms.ts';
import { NO_PARTITION_EPOCHS, withEpoch, withoutEpochs } from './assignment.ts';
import { type ConsumerGroupMember, LEAVE_STATIC_EPOCH } from './consumer-group-member.ts';
import { fenceMembers } from './fence-members.ts';
import { findGroup } from './find-group.ts';
import { currentAssignmentRecord } from './group-records.ts';
import { answered } from './heartbeat.ts';
import type { Room } from './room.ts';

/** A heartbeat in epoch -1 or -2: the member goes, or is away for a while (`consumerGroupLeave`). */
export function decideLeave(
  room: Room,
  now: Us,
  request: ConsumerGroupHeartbeatRequest,
  answer: Answer<ConsumerGroupHeartbeatResponse>,
  out: Outbox,
): GroupDecision {
  const { groupId, instanceId, memberEpoch, memberId } = request;
  const group = findGroup(room, groupId);
  if (typeof group === 'number') return group;
  const member = instanceId === null ? group.member(memberId) : group.staticMember(instanceId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (member.memberId !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
  const response = make(consumerGroupHeartbeatResponse, { memberId, memberEpoch });
  if (instanceId !== null && memberEpoch === LEAVE_STATIC_EPOCH) {
    return answered([currentAssignmentRecord(groupId, away(member))], response, answer);
  }
  const { records, replay } = fenceMembers(room, now, group, new Set([member]), out);
  return answered(records, response, answer, replay);
}

/**
 * It keeps its partitions until its session is over. Whoever comes back under its instance id counts as having them
 * from the beginning.
 */
function away(member: ConsumerGroupMember): ConsumerGroupMember {
  return {
    ...member,
    memberEpoch: LEAVE_STATIC_EPOCH,
    assigned: withEpoch(withoutEpochs(member.assigned), 0),
    pendingRevocation: NO_PARTITION_EPOCHS,
  };
}

import { ErrorCode } from '../../../wire/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { Assignment } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, JOIN_EPOCH, LEAVE_STATIC_EPOCH } from './consumer-group-member.ts';
import { addMemberTombstones, currentAssignmentRecord, memberRecord, targetRecord } from './group-records.ts';
import type { Room } from './room.ts';

/** Who comes, and how. */
export interface Visit {
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly owned: Assignment | null;
  /** It may be somebody whom nobody knows yet. */
  readonly mayBeNew: boolean;
  readonly isClassic: boolean;
}

/** NONE, or GROUP_MAX_SIZE_REACHED. A static member that is known takes no more room. */
export function rejectWhenFull(
  room: Room,
  group: ConsumerGroup,
  memberId: string,
  instanceId: string | null,
): number {
  if (group.staticMember(instanceId) !== undefined) return ErrorCode.NONE;
  const isFull = group.memberCount >= room.config['group.consumer.max.size'];
  const isKnown = memberId !== '' && group.member(memberId) !== undefined;
  return isFull && !isKnown ? ErrorCode.GROUP_MAX_SIZE_REACHED : ErrorCode.NONE;
}

/** The member, a new one, or an error code (`getOrMaybeSubscribe{Dynamic,Static}ConsumerGroupMember`). */
export function memberToServe(
  group: ConsumerGroup,
  visit: Visit,
  records: GroupRecord[],
): ConsumerGroupMember | number {
  return visit.instanceId === null
    ? dynamicMember(group, visit)
    : staticMember(group, visit, visit.instanceId, records);
}

function dynamicMember(group: ConsumerGroup, visit: Visit): ConsumerGroupMember | number {
  const known = group.member(visit.memberId);
  if (known === undefined && !visit.mayBeNew) return ErrorCode.UNKNOWN_MEMBER_ID;
  const member = known ?? group.memberOrNew(visit.memberId);
  const rejected = visit.isClassic ? ErrorCode.NONE : rejectEpoch(member, visit.memberEpoch, visit.owned);
  return rejected === ErrorCode.NONE ? member : rejected;
}

function staticMember(
  group: ConsumerGroup,
  visit: Visit,
  instanceId: string,
  records: GroupRecord[],
): ConsumerGroupMember | number {
  const existing = group.staticMember(instanceId);
  if (!visit.mayBeNew) {
    if (existing === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (existing.memberId !== visit.memberId) return ErrorCode.FENCED_INSTANCE_ID;
    const rejected = visit.isClassic ? ErrorCode.NONE : rejectEpoch(existing, visit.memberEpoch, visit.owned);
    return rejected === ErrorCode.NONE ? existing : rejected;
  }
  if (existing === undefined) return group.memberOrNew(visit.memberId);
  // Of two consumer members with one instance id the first stays, until it has said that it goes.
  const speakConsumer = !visit.isClassic && existing.classic === null;
  if (speakConsumer && existing.memberEpoch !== LEAVE_STATIC_EPOCH) return ErrorCode.UNRELEASED_INSTANCE_ID;
  const member: ConsumerGroupMember = {
    ...existing,
    memberId: visit.memberId,
    memberEpoch: 0,
    previousMemberEpoch: 0,
  };
  replaceMember(group, existing, member, records);
  return member;
}

/** The new one gets the old one's target and partitions; the old one's timers will find nobody. */
function replaceMember(
  group: ConsumerGroup,
  old: ConsumerGroupMember,
  member: ConsumerGroupMember,
  records: GroupRecord[],
): void {
  const { groupId } = group;
  addMemberTombstones(records, groupId, old.memberId);
  records.push(memberRecord(groupId, member));
  records.push(targetRecord(groupId, member.memberId, group.target(old.memberId)));
  records.push(currentAssignmentRecord(groupId, member));
}

/**
 * NONE or FENCED_MEMBER_EPOCH. Epoch 0 joins anew. The epoch before is let through if the member claims nothing beyond
 * what it has: then it has not heard of the new epoch, because that answer was lost.
 */
function rejectEpoch(member: ConsumerGroupMember, memberEpoch: number, owned: Assignment | null): number {
  if (memberEpoch === JOIN_EPOCH || memberEpoch === member.memberEpoch) return ErrorCode.NONE;
  const hasMissedAnswer =
    memberEpoch < member.memberEpoch && memberEpoch === member.previousMemberEpoch && isWithin(owned, member);
  return hasMissedAnswer ? ErrorCode.NONE : ErrorCode.FENCED_MEMBER_EPOCH;
}

function isWithin(owned: Assignment | null, { assigned }: ConsumerGroupMember): boolean {
  if (owned === null) return false;
  for (const [topicId, partitions] of owned) {
    const there = assigned.get(topicId);
    if (there === undefined || !partitions.every((partition) => there.has(partition))) return false;
  }
  return true;
}

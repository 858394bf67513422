import type { GroupRecord } from '../records/index.ts';
import { type Assignment, equalAssignments, NO_PARTITIONS } from './assignment.ts';
import type { MemberSpec } from './assignor/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import { targetEpochRecord, targetRecord } from './group-records.ts';
import { groupSetting } from './group-settings.ts';
import { topicIdsOf } from './member-topics.ts';
import type { Room } from './room.ts';
import { isHomogeneousWith } from './update-subscriptions.ts';

/** What a member is to have, in which epoch. */
export interface MemberTarget {
  readonly assignmentEpoch: number;
  readonly assignment: Assignment;
}

/**
 * A new target assignment if the group's epoch is ahead of the last one's and the assignment interval is over; its
 * records are what has changed, and then the epoch (`maybeUpdateTargetAssignment`, `TargetAssignmentBuilder`). Until
 * then members go on with the last one. A string: the assignor gave up, and why.
 */
export function updateTarget(
  room: Room,
  group: ConsumerGroup,
  groupEpoch: number,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
  records: GroupRecord[],
): MemberTarget | string {
  const nowMs = room.context.wall.nowMs();
  if (group.assignmentEpoch >= groupEpoch || !mayCompute(room, group, nowMs)) {
    return { assignmentEpoch: group.assignmentEpoch, assignment: lastTarget(group, member) };
  }
  const image = room.context.image();
  const preferred = group.preferredAssignor(before, member);
  const assignor = room.assignors.find(({ name }) => name === preferred) ?? room.assignors[0]!;
  const { members, targets } = withMember(group, member);
  const assigned = assignor.assign({
    members: members.map(
      (each): MemberSpec => ({
        memberId: each.memberId,
        instanceId: each.instanceId,
        rackId: each.rackId,
        topicIds: topicIdsOf(group, each, image),
        assignment: targets.get(each.memberId) ?? NO_PARTITIONS,
      }),
    ),
    isHomogeneous: isHomogeneousWith(group, before, member),
    partitionCount: (topicId) => image.topicsById.get(topicId)?.partitions.length ?? -1,
  });
  if (typeof assigned === 'string') return assigned;
  for (const { memberId } of members) {
    const last = targets.get(memberId);
    const next = assigned.get(memberId) ?? NO_PARTITIONS;
    if (last === undefined || !equalAssignments(last, next)) {
      records.push(targetRecord(group.groupId, memberId, next));
    }
  }
  records.push(targetEpochRecord(group.groupId, groupEpoch, nowMs));
  return { assignmentEpoch: groupEpoch, assignment: assigned.get(member.memberId) ?? NO_PARTITIONS };
}

/** A new member id of a known static member has that one's target (`ConsumerGroup.targetAssignment`). */
export function lastTarget(group: ConsumerGroup, { instanceId, memberId }: ConsumerGroupMember): Assignment {
  if (instanceId === null) return group.target(memberId);
  const existing = group.staticMember(instanceId);
  return existing === undefined ? NO_PARTITIONS : group.target(existing.memberId);
}

/** Changes that come together are assigned together (KIP-1263); the first target does not wait. */
function mayCompute(room: Room, group: ConsumerGroup, nowMs: number): boolean {
  const { assignmentTimestampMs, groupId } = group;
  const intervalMs = groupSetting('assignmentIntervalMs', groupId, room.config, room.context.image());
  return assignmentTimestampMs === 0 || intervalMs === 0 || nowMs >= assignmentTimestampMs + intervalMs;
}

interface Members {
  /** By id. */
  readonly members: readonly ConsumerGroupMember[];
  readonly targets: ReadonlyMap<string, Assignment>;
}

/** The group as it will be when the member's records are replayed (`UpdatedMembersAndTargetAssignmentView`). */
function withMember(group: ConsumerGroup, member: ConsumerGroupMember): Members {
  const members: ConsumerGroupMember[] = [member];
  const targets = new Map<string, Assignment>();
  const replaced = group.staticMember(member.instanceId);
  for (const each of group.members()) {
    if (each.memberId === member.memberId || each.memberId === replaced?.memberId) continue;
    members.push(each);
    if (group.hasTarget(each.memberId)) targets.set(each.memberId, group.target(each.memberId));
  }
  const from = replaced?.memberId ?? member.memberId;
  if (group.hasTarget(from)) targets.set(member.memberId, group.target(from));
  members.sort((one, other) => (one.memberId < other.memberId ? -1 : 1));
  return { members, targets };
}

import { assert, type Outbox, type Us } from '../../../machine/index.ts';
import { ErrorCode } from '../../../wire/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { Assignment } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import {
  type ConsumerGroupMember,
  equalCurrentAssignment,
  isReconciledTo,
  MemberState,
} from './consumer-group-member.ts';
import { decideCurrentAssignment } from './decide-current-assignment.ts';
import { currentAssignmentRecord } from './group-records.ts';
import { topicIdsOf } from './member-topics.ts';
import type { Room } from './room.ts';
import type { MemberTarget } from './update-target.ts';

/** A member's step towards its target, with its record and its timer; or FENCED_MEMBER_EPOCH (`maybeReconcile`). */
export function reconcileMember(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  member: ConsumerGroupMember,
  target: MemberTarget,
  hasSubscriptionChanged: boolean,
  owned: Assignment | null,
  records: GroupRecord[],
  out: Outbox,
): ConsumerGroupMember | number {
  if (!hasSubscriptionChanged && isReconciledTo(member, target.assignmentEpoch)) return member;
  const updated = decideCurrentAssignment(member, {
    targetAssignmentEpoch: target.assignmentEpoch,
    target: target.assignment,
    subscribedTopicIds: new Set(topicIdsOf(group, member, room.context.image())),
    hasSubscriptionChanged,
    owned,
    currentPartitionEpoch: (topicId, partition) => group.owners.epochOf(topicId, partition),
  });
  if (updated === null) return ErrorCode.FENCED_MEMBER_EPOCH;
  if (equalCurrentAssignment(updated, member)) return member;
  assert(updated.memberEpoch >= member.memberEpoch, 'a member’s epoch does not fall');
  records.push(currentAssignmentRecord(group.groupId, updated));
  // Members of the classic protocol have a time to join and to sync instead.
  if (updated.classic !== null) return updated;
  const { memberEpoch, memberId, rebalanceTimeoutMs, state } = updated;
  if (state === MemberState.UNREVOKED_PARTITIONS) {
    room.timers.startRebalance(now, group.groupId, memberId, memberEpoch, rebalanceTimeoutMs, out);
  } else room.timers.cancelRebalance(group.groupId, memberId);
  return updated;
}

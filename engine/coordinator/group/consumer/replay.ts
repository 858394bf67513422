import { assert, unreachable } from '../../../machine/index.ts';
import type { GroupRecord } from '../records/index.ts';
import { assignmentOf, NO_PARTITION_EPOCHS } from './assignment.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { LEAVE_EPOCH, withCurrentAssignment, withMetadata } from './consumer-group-member.ts';
import { newGroup } from './find-group.ts';
import type { Room } from './room.ts';

export type ConsumerGroupRecord = Exclude<GroupRecord, { readonly type: 'OffsetCommit' | 'GroupMetadata' }>;

/**
 * Applies one record (`GroupMetadataManager.replay`). A compacted log may lack whatever later records made void: any
 * record may be the first of its group, and a tombstone may come for what was never there.
 */
export function replayRecord(room: Room, record: ConsumerGroupRecord): void {
  const { groupId } = record.key;
  const group = persistedGroup(room, groupId, record.value !== null);
  if (group === null) return;
  switch (record.type) {
    case 'ConsumerGroupMetadata':
      if (record.value === null) removeGroup(room, group);
      else group.setGroupEpoch(record.value.epoch, record.value.metadataHash);
      return;
    case 'ConsumerGroupPartitionMetadata':
      group.setHasPartitionMetadata(record.value !== null);
      return;
    case 'ConsumerGroupMemberMetadata':
      replayMember(group, record);
      return;
    case 'ConsumerGroupTargetAssignmentMetadata':
      replayTargetEpoch(group, record);
      return;
    case 'ConsumerGroupTargetAssignmentMember':
      if (record.value === null) group.removeTarget(record.key.memberId);
      else group.setTarget(record.key.memberId, assignmentOf(record.value.topicPartitions));
      return;
    case 'ConsumerGroupCurrentMemberAssignment':
      replayCurrentAssignment(group, record);
      return;
    case 'ConsumerGroupRegularExpression':
      replayRegex(group, record);
      return;
    default:
      unreachable(record);
  }
}

type RecordOf<Type extends ConsumerGroupRecord['type']> = Extract<
  ConsumerGroupRecord,
  { readonly type: Type }
>;

/** A group that only holds positions is in no record of its own: a consumer group takes its place (KAFKA-19862). */
function persistedGroup(room: Room, groupId: string, mayBeNew: boolean): ConsumerGroup | null {
  const there = room.groups.get(groupId);
  if (there instanceof ConsumerGroup) return there;
  if (!mayBeNew) return null;
  assert(
    there === undefined || (there.isEmpty && there.protocolTypeAt() === ''),
    () => `group ${groupId} is no consumer group`,
  );
  const group = newGroup(room, groupId);
  room.groups.set(groupId, group);
  return group;
}

function removeGroup(room: Room, group: ConsumerGroup): void {
  assert(group.memberCount === 0, () => `group ${group.groupId} is deleted, but has members`);
  assert(group.targetCount === 0, () => `group ${group.groupId} is deleted, but has targets`);
  assert(group.assignmentEpoch === -1, () => `group ${group.groupId} is deleted, but its target is not`);
  room.groups.delete(group.groupId);
  room.resolvedVersions.delete(group.groupId);
}

function replayMember(group: ConsumerGroup, record: RecordOf<'ConsumerGroupMemberMetadata'>): void {
  const { memberId } = record.key;
  if (record.value !== null) {
    group.updateMember(withMetadata(group.memberOrNew(memberId), record.value));
    return;
  }
  const member = group.member(memberId);
  if (member === undefined) return;
  assert(
    member.memberEpoch === LEAVE_EPOCH,
    () => `member ${memberId} is deleted, but its assignment is not`,
  );
  assert(!group.hasTarget(memberId), () => `member ${memberId} is deleted, but its target is not`);
  group.removeMember(memberId);
}

function replayTargetEpoch(
  group: ConsumerGroup,
  { value }: RecordOf<'ConsumerGroupTargetAssignmentMetadata'>,
): void {
  if (value !== null) {
    group.setTargetEpoch(value.assignmentEpoch, value.assignmentTimestamp);
    return;
  }
  assert(group.targetCount === 0, () => `the target of ${group.groupId} is deleted, but has members`);
  group.setTargetEpoch(-1, 0);
}

function replayCurrentAssignment(
  group: ConsumerGroup,
  record: RecordOf<'ConsumerGroupCurrentMemberAssignment'>,
): void {
  const { memberId } = record.key;
  if (record.value !== null) {
    group.updateMember(withCurrentAssignment(group.memberOrNew(memberId), record.value));
    return;
  }
  const member = group.member(memberId);
  if (member === undefined) return;
  group.updateMember({
    ...member,
    memberEpoch: LEAVE_EPOCH,
    previousMemberEpoch: LEAVE_EPOCH,
    assigned: NO_PARTITION_EPOCHS,
    pendingRevocation: NO_PARTITION_EPOCHS,
  });
}

function replayRegex(group: ConsumerGroup, record: RecordOf<'ConsumerGroupRegularExpression'>): void {
  const { key, value } = record;
  if (value === null) {
    group.setResolvedRegex(key.regularExpression, null);
    return;
  }
  const { timestamp, topics, version } = value;
  group.setResolvedRegex(key.regularExpression, {
    topics: topics.slice().sort(),
    version,
    timestampMs: timestamp,
  });
}

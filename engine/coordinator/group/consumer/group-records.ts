import type { Hash64 } from '../../../wire/index.ts';
import type { GroupRecord } from '../records/index.ts';
import { type Assignment, topicsOf, topicsWithEpochsOf } from './assignment.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';

/** Topics that a pattern matched, and when (`ResolvedRegularExpression`). A value. */
export interface ResolvedRegex {
  /** Sorted. */
  readonly topics: readonly string[];
  /** Of the metadata that it was matched with. */
  readonly version: number;
  readonly timestampMs: number;
}

export function groupEpochRecord(groupId: string, epoch: number, metadataHash: Hash64): GroupRecord {
  return { type: 'ConsumerGroupMetadata', key: { groupId }, value: { epoch, metadataHash } };
}

export function memberRecord(groupId: string, member: ConsumerGroupMember): GroupRecord {
  return {
    type: 'ConsumerGroupMemberMetadata',
    key: { groupId, memberId: member.memberId },
    value: {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: member.subscribedTopicNames,
      subscribedTopicRegex: member.subscribedTopicRegex,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.serverAssignor,
      classicMemberMetadata: member.classic,
    },
  };
}

export function targetRecord(groupId: string, memberId: string, assignment: Assignment): GroupRecord {
  return {
    type: 'ConsumerGroupTargetAssignmentMember',
    key: { groupId, memberId },
    value: { topicPartitions: topicsOf(assignment) },
  };
}

export function targetEpochRecord(
  groupId: string,
  assignmentEpoch: number,
  assignmentTimestamp: number,
): GroupRecord {
  return {
    type: 'ConsumerGroupTargetAssignmentMetadata',
    key: { groupId },
    value: { assignmentEpoch, assignmentTimestamp },
  };
}

export function currentAssignmentRecord(groupId: string, member: ConsumerGroupMember): GroupRecord {
  return {
    type: 'ConsumerGroupCurrentMemberAssignment',
    key: { groupId, memberId: member.memberId },
    value: {
      memberEpoch: member.memberEpoch,
      previousMemberEpoch: member.previousMemberEpoch,
      state: member.state,
      assignedPartitions: topicsWithEpochsOf(member.assigned),
      partitionsPendingRevocation: topicsWithEpochsOf(member.pendingRevocation),
    },
  };
}

export function regexRecord(
  groupId: string,
  regularExpression: string,
  resolved: ResolvedRegex,
): GroupRecord {
  const { timestampMs: timestamp, topics, version } = resolved;
  return {
    type: 'ConsumerGroupRegularExpression',
    key: { groupId, regularExpression },
    value: { topics, version, timestamp },
  };
}

export function regexTombstone(groupId: string, regularExpression: string): GroupRecord {
  return { type: 'ConsumerGroupRegularExpression', key: { groupId, regularExpression }, value: null };
}

export function partitionMetadataTombstone(groupId: string): GroupRecord {
  return { type: 'ConsumerGroupPartitionMetadata', key: { groupId }, value: null };
}

/** A member goes: its assignment first, so that its partitions are free before it is forgotten. */
export function addMemberTombstones(records: GroupRecord[], groupId: string, memberId: string): void {
  const key = { groupId, memberId };
  records.push({ type: 'ConsumerGroupCurrentMemberAssignment', key, value: null });
  records.push({ type: 'ConsumerGroupTargetAssignmentMember', key, value: null });
  records.push({ type: 'ConsumerGroupMemberMetadata', key, value: null });
}

/** The group goes, in the order in which replay wants it (`createGroupTombstoneRecords`). */
export function addGroupTombstones(
  records: GroupRecord[],
  groupId: string,
  memberIds: readonly string[],
  regexes: readonly string[],
): void {
  for (const memberId of memberIds) {
    const key = { groupId, memberId };
    records.push({ type: 'ConsumerGroupCurrentMemberAssignment', key, value: null });
  }
  for (const memberId of memberIds) {
    const key = { groupId, memberId };
    records.push({ type: 'ConsumerGroupTargetAssignmentMember', key, value: null });
  }
  records.push({ type: 'ConsumerGroupTargetAssignmentMetadata', key: { groupId }, value: null });
  for (const memberId of memberIds) {
    records.push({ type: 'ConsumerGroupMemberMetadata', key: { groupId, memberId }, value: null });
  }
  for (const regex of regexes) records.push(regexTombstone(groupId, regex));
  records.push(partitionMetadataTombstone(groupId));
  records.push({ type: 'ConsumerGroupMetadata', key: { groupId }, value: null });
}

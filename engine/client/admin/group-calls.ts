import {
  ApiKey,
  consumerGroupDescribeRequest,
  deleteGroupsRequest,
  describeGroupsRequest,
  leaveGroupRequest,
  listGroupsRequest,
  make,
  offsetCommitRequest,
  offsetDeleteRequest,
  offsetFetchRequest,
  type Uuid,
} from '../../wire/index.ts';
import type { AdminCall, AdminRoute, TopicPartition } from '../ports.ts';

export interface GroupFilters {
  /** `Stable`, `Empty`, ... (KIP-518). */
  readonly states?: readonly string[];
  /** `classic`, `consumer` (KIP-848). */
  readonly types?: readonly string[];
}

/** The groups that one broker coordinates. Java's client asks every broker. */
export function listGroups(broker: number, filters: GroupFilters = {}): AdminCall {
  const body = make(listGroupsRequest, {
    statesFilter: filters.states ?? [],
    typesFilter: filters.types ?? [],
  });
  return { apiKey: ApiKey.ListGroups, body, route: { to: 'node', node: broker } };
}

/** A classic group and its members. */
export function describeClassicGroup(groupId: string): AdminCall {
  const body = make(describeGroupsRequest, { groups: [groupId] });
  return { apiKey: ApiKey.DescribeGroups, body, route: coordinatorOf(groupId) };
}

/** A consumer group and its members (KIP-848). Java's client asks for a classic one when it is none. */
export function describeConsumerGroup(groupId: string): AdminCall {
  const body = make(consumerGroupDescribeRequest, { groupIds: [groupId] });
  return { apiKey: ApiKey.ConsumerGroupDescribe, body, route: coordinatorOf(groupId) };
}

/** Deletes a group that has no members, and its positions with it (KIP-229). */
export function deleteGroup(groupId: string): AdminCall {
  const body = make(deleteGroupsRequest, { groupsNames: [groupId] });
  return { apiKey: ApiKey.DeleteGroups, body, route: coordinatorOf(groupId) };
}

/** A partition of a topic that is known by its id too: newest versions of the requests name it by that alone. */
export interface IdentifiedPartition extends TopicPartition {
  readonly topicId: Uuid;
}

/**
 * Positions of a group, of all partitions by default. With `requireStable` those that an open transaction may still
 * change are refused, and asked for again (KIP-447).
 */
export function listGroupOffsets(
  groupId: string,
  partitions: readonly IdentifiedPartition[] | null = null,
  requireStable = false,
): AdminCall {
  const topics =
    partitions?.map(({ partition, topic, topicId }) => ({
      name: topic,
      topicId,
      partitionIndexes: [partition],
    })) ?? null;
  const group = { groupId, memberId: null, memberEpoch: -1, topics };
  const body = make(offsetFetchRequest, { groups: [group], requireStable });
  return { apiKey: ApiKey.OffsetFetch, body, route: coordinatorOf(groupId) };
}

export interface AlteredOffset extends IdentifiedPartition {
  readonly offset: number;
  /** Of the last record that was read; -1: not known. */
  readonly leaderEpoch?: number;
  readonly metadata?: string;
}

/** Sets positions of a group without members: they would be told that somebody else commits. */
export function alterGroupOffsets(groupId: string, offsets: readonly AlteredOffset[]): AdminCall {
  const body = make(offsetCommitRequest, {
    groupId,
    generationIdOrMemberEpoch: -1,
    topics: offsets.map(({ leaderEpoch = -1, metadata = '', offset, partition, topic, topicId }) => ({
      name: topic,
      topicId,
      partitions: [
        {
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          committedMetadata: metadata,
        },
      ],
    })),
  });
  return { apiKey: ApiKey.OffsetCommit, body, route: coordinatorOf(groupId) };
}

/** Forgets positions of a group, of topics that none of its members reads (KIP-496). */
export function deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): AdminCall {
  const topics = partitions.map(({ partition, topic }) => ({
    name: topic,
    partitions: [{ partitionIndex: partition }],
  }));
  const body = make(offsetDeleteRequest, { groupId, topics });
  return { apiKey: ApiKey.OffsetDelete, body, route: coordinatorOf(groupId) };
}

/** A member to be removed: a static one by its instance, any by its id. */
export type MemberToRemove = { readonly groupInstanceId: string } | { readonly memberId: string };

/** Makes members leave (KIP-345). Java's client looks everybody up first when none is named. */
export function removeMembersFromGroup(
  groupId: string,
  members: readonly MemberToRemove[],
  reason = 'member was removed by an admin',
): AdminCall {
  const body = make(leaveGroupRequest, {
    groupId,
    members: members.map((member) =>
      'memberId' in member
        ? { memberId: member.memberId, groupInstanceId: null, reason }
        : { memberId: '', groupInstanceId: member.groupInstanceId, reason },
    ),
  });
  return { apiKey: ApiKey.LeaveGroup, body, route: coordinatorOf(groupId) };
}

function coordinatorOf(groupId: string): AdminRoute {
  return { to: 'coordinator', keyType: 'group', key: groupId };
}

import type { Outbox, Us } from '../../../machine/index.ts';
import type { ClusterImage } from '../../../metadata/index.ts';
import { decodeAssignment, decodeSubscription, ErrorCode, WireError } from '../../../wire/index.ts';
import type { ClassicMemberSeed, GroupSeed } from '../classic/index.ts';
import type { Group } from '../group.ts';
import type { GroupRecord } from '../records/index.ts';
import { type Assignment, NO_PARTITIONS, sorted, withEpoch } from './assignment.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, newMember, sortedNames } from './consumer-group-member.ts';
import {
  currentAssignmentRecord,
  groupEpochRecord,
  memberRecord,
  targetEpochRecord,
  targetRecord,
} from './group-records.ts';
import { allowsUpgrade } from './group-settings.ts';
import type { Room } from './room.ts';
import { selectProtocol } from './select-protocol.ts';

/**
 * A classic group with members becomes a consumer group because a member of the consumer protocol comes: same members,
 * same assignment, the generation is every epoch (`convertToConsumerGroup`). Its members go on in the classic protocol.
 * Whoever comes raises the epoch, so that whatever rebalance was under way is begun anew. GROUP_ID_NOT_FOUND: it
 * cannot be.
 */
export function upgradeClassicGroup(
  room: Room,
  now: Us,
  classic: Group,
  records: GroupRecord[],
  out: Outbox,
): ConsumerGroup | number {
  const seed = room.classic.seedOf(classic);
  if (!allowsUpgrade(room.config) || seed === null) return ErrorCode.GROUP_ID_NOT_FOUND;
  if (seed.members.length > room.config['group.consumer.max.size']) return ErrorCode.GROUP_ID_NOT_FOUND;
  // Before its first generation a group has chosen none yet.
  const group = consumerGroupOf(room, seed, seed.protocolName ?? selectProtocol(seed.members));
  if (group === null) return ErrorCode.GROUP_ID_NOT_FOUND;
  room.classic.turnAway(now, classic, out);
  classic.addTombstones(records);
  addGroupRecords(group, records);
  // Should the records not be written, these find no consumer group and do nothing.
  for (const { memberId, sessionTimeoutMs } of seed.members) {
    room.timers.startSession(now, group.groupId, memberId, sessionTimeoutMs, out);
  }
  return group;
}

/** In no map: its records will put it there. Null: somebody's bytes make no sense, or are a custom assignor's. */
function consumerGroupOf(room: Room, seed: GroupSeed, protocol: string): ConsumerGroup | null {
  const image = room.context.image();
  const group = new ConsumerGroup(room.context.timeline, seed.groupId, (each) =>
    room.timers.cancelGroup(each),
  );
  for (const told of seed.members) {
    const assignment = assignmentOfClassic(told.assignment, image);
    const member = assignment === null ? null : memberOf(told, seed.generationId, protocol, assignment);
    if (assignment === null || member === null) return null;
    group.setTarget(member.memberId, assignment);
    group.updateMember(member);
  }
  group.setTargetEpoch(seed.generationId, 0);
  group.setGroupEpoch(seed.generationId, room.hashes.groupHash(group.topics.keys(), image));
  return group;
}

function memberOf(
  told: ClassicMemberSeed,
  generationId: number,
  protocol: string,
  assignment: Assignment,
): ConsumerGroupMember | null {
  const metadata = told.protocols.find(({ name }) => name === protocol)?.metadata;
  const subscription = metadata === undefined ? null : decodeSubscription(metadata);
  if (subscription === null || subscription instanceof WireError) return null;
  return {
    ...newMember(told.memberId),
    memberEpoch: generationId,
    previousMemberEpoch: generationId,
    instanceId: told.instanceId,
    rackId: subscription.rackId,
    rebalanceTimeoutMs: told.rebalanceTimeoutMs,
    clientId: told.clientId,
    clientHost: told.clientHost,
    subscribedTopicNames: sortedNames(subscription.topics),
    assigned: withEpoch(assignment, generationId),
    classic: { sessionTimeoutMs: told.sessionTimeoutMs, supportedProtocols: told.protocols },
  };
}

function assignmentOfClassic(bytes: Uint8Array, image: ClusterImage): Assignment | null {
  // It has joined, and not synced yet.
  if (bytes.length === 0) return NO_PARTITIONS;
  const told = decodeAssignment(bytes);
  if (told instanceof WireError) return null;
  // A custom assignor's own data would be lost.
  if (told.userData !== null && told.userData.length > 0) return null;
  return byTopicId(told.assignedPartitions, image);
}

/** What is told by names, by ids; topics that do not exist are left out. */
export function byTopicId(
  told: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  image: ClusterImage,
): Assignment {
  const assignment = new Map<string, readonly number[]>();
  for (const { partitions, topic } of told) {
    const known = image.topicsByName.get(topic);
    if (known !== undefined && partitions.length > 0) assignment.set(known.id, sorted(partitions));
  }
  return assignment;
}

/** `createConsumerGroupRecords` */
function addGroupRecords(group: ConsumerGroup, records: GroupRecord[]): void {
  const { assignmentEpoch, assignmentTimestampMs, groupEpoch, groupId, metadataHash } = group;
  for (const member of group.members()) records.push(memberRecord(groupId, member));
  records.push(groupEpochRecord(groupId, groupEpoch, metadataHash));
  for (const { memberId } of group.members()) {
    records.push(targetRecord(groupId, memberId, group.target(memberId)));
  }
  records.push(targetEpochRecord(groupId, assignmentEpoch, assignmentTimestampMs));
  for (const member of group.members()) records.push(currentAssignmentRecord(groupId, member));
}

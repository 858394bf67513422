import { assert, type Outbox, type Us } from '../../../machine/index.ts';
import type { ClusterImage } from '../../../metadata/index.ts';
import { CONSUMER_PROTOCOL_VERSION, encodeAssignment, prefixOf } from '../../../wire/index.ts';
import type { ClassicMemberSeed } from '../classic/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { Assignment } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import { addGroupTombstones } from './group-records.ts';
import { allowsDowngrade } from './group-settings.ts';
import type { Room } from './room.ts';
import { selectProtocol } from './select-protocol.ts';

/** Who goes, and who comes in the place of one of them. */
export interface Downgrade {
  readonly leaving: ReadonlySet<ConsumerGroupMember>;
  /** A static member that has changed to the classic protocol; its records are in the batch already. */
  readonly joining: ConsumerGroupMember | null;
  readonly needsRebalance: boolean;
}

/** Without these, only members of the classic protocol are left, and at least one (`validateOnlineDowngrade...`). */
export function canDowngrade(
  room: Room,
  group: ConsumerGroup,
  leaving: ReadonlySet<ConsumerGroupMember>,
  isReplaced = false,
): boolean {
  let classicLeaving = 0;
  for (const { classic } of leaving) if (classic !== null) classicLeaving += 1;
  const left = group.memberCount - leaving.size;
  if (group.classicMemberCount - classicLeaving !== left) return false;
  if (isReplaced && classicLeaving > 0) return false;
  const size = isReplaced ? group.memberCount : left;
  if (size <= 0 || !allowsDowngrade(room.config)) return false;
  return size <= room.config['group.max.size'];
}

/**
 * The group becomes a classic one: its epoch is the generation, targets are the assignments (`convertToClassicGroup`).
 * Applied here and now, for the rebalance needs the group itself: the records are not to be replayed.
 */
export function downgradeGroup(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  { joining, leaving, needsRebalance }: Downgrade,
  records: GroupRecord[],
  out: Outbox,
): void {
  const { groupId } = group;
  const image = room.context.image();
  const replaced = joining === null ? undefined : group.staticMember(joining.instanceId);
  assert(joining === null || replaced !== undefined, 'a member that joins takes the place of a static one');
  const memberIds: string[] = [];
  const seeds: ClassicMemberSeed[] = [];
  for (const member of group.members()) {
    const isReplaced = member.memberId === replaced?.memberId;
    // The batch has the joining one's records already: those are to be taken out again.
    memberIds.push(isReplaced ? joining!.memberId : member.memberId);
    if (isReplaced || leaving.has(member)) continue;
    seeds.push(seedOf(member, group.target(member.memberId), image));
  }
  if (joining !== null) seeds.push(seedOf(joining, group.target(replaced!.memberId), image));
  addGroupTombstones(records, groupId, memberIds, [...group.resolvedRegexes.keys()]);
  room.groups.delete(groupId);
  const protocolName = selectProtocol(seeds);
  const seed = { groupId, generationId: group.groupEpoch, protocolName, members: seeds };
  room.classic.adopt(now, seed, needsRebalance, records, out);
}

function seedOf(member: ConsumerGroupMember, target: Assignment, image: ClusterImage): ClassicMemberSeed {
  const { classic } = member;
  assert(classic !== null, () => `member ${member.memberId} speaks the consumer protocol`);
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: classic.sessionTimeoutMs,
    protocols: classic.supportedProtocols,
    assignment: classicAssignment(member, target, image),
  };
}

/** In the version of the consumer protocol that the member speaks. */
export function classicAssignment(
  { classic, memberId }: ConsumerGroupMember,
  assignment: Assignment,
  image: ClusterImage,
): Uint8Array {
  const metadata = classic?.supportedProtocols[0]?.metadata;
  const version = metadata === undefined ? null : prefixOf(metadata);
  assert(typeof version === 'number', () => `member ${memberId} has joined without a subscription`);
  const assignedPartitions: { topic: string; partitions: readonly number[] }[] = [];
  for (const [topicId, partitions] of assignment) {
    const topic = image.topicsById.get(topicId)?.name;
    if (topic !== undefined) assignedPartitions.push({ topic, partitions });
  }
  return encodeAssignment(
    { assignedPartitions, userData: null },
    Math.min(version, CONSUMER_PROTOCOL_VERSION),
  );
}

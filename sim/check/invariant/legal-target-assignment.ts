import { decodeAssignment, decodeSubscription, WireError } from '../../../engine/wire/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { ClassicShadow, ConsumerShadow, MemberShadow } from '../shadow/group-shadow.ts';
import type { GroupBatch } from '../shadow/groups-shadow.ts';

/**
 * Vanlightly's `LegalTargetAssignment`, of the coordinator's target in the consumer protocol and of the leader's
 * assignment in the classic one. Subscriptions are looked at when a target is computed: until the next one a member may
 * have other wishes, and a topic may be gone.
 */
export class LegalTargetAssignment implements Invariant {
  readonly name = 'LegalTargetAssignment';
  readonly property =
    'What a group is assigned are partitions that exist of topics to which their member subscribes, each once, to members of the group only.';
  readonly facts = [] as const;

  onGroupBatch(at: number, batch: GroupBatch, shadow: ClusterShadow, report: Report): void {
    if (!batch.records.some(({ record }) => SAYS_WHO_GETS.has(record.type))) return;
    const computed = new Set<string>();
    for (const { record } of batch.records) {
      if (record.type === 'ConsumerGroupTargetAssignmentMetadata' && record.value !== null)
        computed.add(record.key.groupId);
    }
    for (const { classic, consumer, groupId } of batch.groups) {
      const flaw =
        consumer !== null
          ? targetFlaw(consumer, computed.has(groupId), shadow)
          : classic !== null
            ? classicFlaw(classic, shadow)
            : null;
      if (flaw === null) continue;
      report({
        check: this.name,
        at,
        message: `group ${groupId}: ${flaw}, by ${batch.log} at offset ${batch.baseOffset}`,
        evidence: { log: batch.log, recordOffset: batch.baseOffset, group: groupId },
      });
    }
  }
}

const SAYS_WHO_GETS: ReadonlySet<string> = new Set([
  'ConsumerGroupMemberMetadata',
  'ConsumerGroupTargetAssignmentMember',
  'ConsumerGroupTargetAssignmentMetadata',
  'GroupMetadata',
]);

function targetFlaw(group: ConsumerShadow, isComputed: boolean, shadow: ClusterShadow): string | null {
  const owners = new Map<string, string>();
  for (const [memberId, partitions] of group.targets) {
    const member = group.members.get(memberId);
    if (member === undefined) return `the target names ${memberId}, which is no member`;
    for (const partition of partitions) {
      const owner = owners.get(partition);
      if (owner !== undefined) return `the target gives ${partition} to ${owner} and to ${memberId}`;
      owners.set(partition, memberId);
      const flaw = isComputed ? partitionFlaw(group, member, partition, shadow) : null;
      if (flaw !== null) return flaw;
    }
  }
  return null;
}

function partitionFlaw(
  group: ConsumerShadow,
  { memberId, metadata }: MemberShadow,
  partition: string,
  { groups }: ClusterShadow,
): string | null {
  const colon = partition.indexOf(':');
  const topic = groups.topic(partition.slice(0, colon));
  const index = Number(partition.slice(colon + 1));
  if (topic === undefined || index < 0 || index >= topic.partitions)
    return `the target gives ${memberId} ${partition}, which does not exist`;
  const names = metadata?.subscribedTopicNames ?? [];
  const matched = group.regexes.get(metadata?.subscribedTopicRegex ?? '') ?? [];
  if (names.includes(topic.name) || matched.includes(topic.name)) return null;
  return `the target gives ${memberId} ${topic.name}-${index}, to which it does not subscribe`;
}

function classicFlaw({ members, protocolType }: ClassicShadow, shadow: ClusterShadow): string | null {
  if (protocolType !== 'consumer') return null;
  for (const { assignment, memberId, subscription } of members.values()) {
    const assigned = assignment.length === 0 ? null : decodeAssignment(assignment);
    const subscribed = decodeSubscription(subscription);
    if (assigned === null || assigned instanceof WireError || subscribed instanceof WireError) continue;
    const seen = new Set<string>();
    for (const { partitions, topic } of assigned.assignedPartitions) {
      if (!subscribed.topics.includes(topic))
        return `the leader gives ${memberId} ${topic}, to which it does not subscribe`;
      for (const index of partitions) {
        const partition = `${topic}-${index}`;
        if (!shadow.partitions.has(partition) && !shadow.incarnations.wasDeleted(topic))
          return `the leader gives ${memberId} ${partition}, which does not exist`;
        if (seen.has(partition)) return `the leader gives ${memberId} ${partition} twice`;
        seen.add(partition);
      }
    }
  }
  return null;
}

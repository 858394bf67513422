import { decodeAssignment, WireError } from '../../../engine/wire/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { ClassicShadow, ConsumerShadow } from '../shadow/group-shadow.ts';
import type { GroupBatch } from '../shadow/groups-shadow.ts';

/**
 * NoDoubleClientAssignment where Kafka promises it without an exception: in the coordinator's own records. In the
 * consumer protocol (KIP-848) a partition is in what one member has or has yet to give up, never in two at once:
 * nobody is given it before its last owner has said that it let go, or was put out of the group. In the classic one an
 * assignment is of a generation, and who is in the generation has given up all that it does not leave him.
 */
export class OneOwnerPerPartition implements Invariant {
  readonly name = 'OneOwnerPerPartition';
  readonly property =
    'By the coordinator’s records a partition belongs to one member of a group at a time: of a generation, or of all epochs.';
  readonly facts = [] as const;

  onGroupBatch(at: number, batch: GroupBatch, shadow: ClusterShadow, report: Report): void {
    if (!batch.records.some(({ record }) => SAYS_WHO_OWNS.has(record.type))) return;
    for (const { classic, consumer, groupId } of batch.groups) {
      const twice =
        consumer !== null ? ownedTwice(consumer) : classic !== null ? assignedTwice(classic) : null;
      if (consumer !== null && isAskedFor(consumer)) shadow.probe('check: partition waits for its owner');
      if (twice === null) continue;
      const { members, partition } = twice;
      report({
        check: this.name,
        at,
        message: `group ${groupId}: ${members.join(' and ')} both own ${nameOf(partition, shadow)}, by ${batch.log} at offset ${batch.baseOffset}`,
        evidence: { log: batch.log, recordOffset: batch.baseOffset, group: groupId, members, partition },
      });
    }
  }
}

const SAYS_WHO_OWNS: ReadonlySet<string> = new Set(['ConsumerGroupCurrentMemberAssignment', 'GroupMetadata']);

interface Twice {
  readonly partition: string;
  readonly members: readonly [string, string];
}

/** Somebody has yet to give up what another shall have: what this is about is at stake. */
function isAskedFor({ members }: ConsumerShadow): boolean {
  for (const { current } of members.values())
    if (current !== null && current.partitionsPendingRevocation.length > 0) return true;
  return false;
}

function ownedTwice({ members }: ConsumerShadow): Twice | null {
  const owners = new Map<string, string>();
  for (const { held, memberId } of members.values()) {
    for (const partition of held.keys()) {
      const owner = owners.get(partition);
      if (owner !== undefined) return { partition, members: [owner, memberId] };
      owners.set(partition, memberId);
    }
  }
  return null;
}

function assignedTwice({ members, protocolType }: ClassicShadow): Twice | null {
  if (protocolType !== 'consumer') return null;
  const owners = new Map<string, string>();
  for (const { assignment, memberId } of members.values()) {
    const decoded = assignment.length === 0 ? null : decodeAssignment(assignment);
    if (decoded === null || decoded instanceof WireError) continue;
    for (const { partitions, topic } of decoded.assignedPartitions) {
      for (const index of partitions) {
        const partition = `${topic}-${index}`;
        const owner = owners.get(partition);
        if (owner !== undefined) return { partition, members: [owner, memberId] };
        owners.set(partition, memberId);
      }
    }
  }
  return null;
}

/** `topic-3` for `topic id:3`, as far as it is known. */
function nameOf(partition: string, { groups }: ClusterShadow): string {
  const colon = partition.indexOf(':');
  const topic = colon < 0 ? undefined : groups.topic(partition.slice(0, colon));
  return topic === undefined ? partition : `${topic.name}-${partition.slice(colon + 1)}`;
}

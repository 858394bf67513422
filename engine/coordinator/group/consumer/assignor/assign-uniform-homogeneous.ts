import type { Uuid } from '../../../../wire/index.ts';
import { type Assignment, sorted } from '../assignment.ts';
import { type GroupAssignment, type GroupSpec, type MemberSpec, noSuchTopic } from './group-spec.ts';

interface TopicPartition {
  readonly topicId: Uuid;
  readonly partition: number;
}

/** How many members may still have one partition more than the others. */
interface Extras {
  left: number;
}

interface Kept {
  readonly assignment: Map<Uuid, readonly number[]>;
  /** What the member may have beyond it. */
  readonly room: number;
}

/**
 * All subscribe to the same topics: every member gets the quota or one more. Members keep what they have up to their
 * quota; the rest goes to whoever has room (`UniformHomogeneousAssignmentBuilder`).
 */
export function assignUniformHomogeneous(spec: GroupSpec): GroupAssignment {
  const topicIds = spec.members[0]!.topicIds;
  if (topicIds.length === 0) return new Map();
  const free: TopicPartition[] = [];
  const total = addUnassigned(spec, topicIds, free);
  if (typeof total === 'string') return total;
  const memberCount = spec.members.length;
  const quota = Math.floor(total / memberCount);
  const extras: Extras = { left: total % memberCount };
  const subscribed = new Set(topicIds);
  const kept: Kept[] = [];
  for (let at = 0; at < memberCount; at += 1) {
    kept.push(keepUpToQuota(spec.members[at]!, subscribed, quota, memberCount - at, extras, free));
  }
  const assignments = new Map<string, Assignment>();
  let next = 0;
  for (let at = 0; at < memberCount; at += 1) {
    const { assignment, room } = kept[at]!;
    const taken = free.slice(next, next + room);
    next += taken.length;
    assignments.set(spec.members[at]!.memberId, withPartitions(assignment, taken));
  }
  return next < free.length ? 'Partitions were left unassigned' : assignments;
}

/** Answers how many partitions there are, and why not. */
function addUnassigned(spec: GroupSpec, topicIds: readonly Uuid[], free: TopicPartition[]): number | string {
  const assigned = new Map<Uuid, Set<number>>();
  for (const topicId of topicIds) assigned.set(topicId, new Set());
  for (const { assignment } of spec.members) {
    for (const [topicId, partitions] of assignment) {
      const there = assigned.get(topicId);
      if (there !== undefined) for (const partition of partitions) there.add(partition);
    }
  }
  let total = 0;
  for (const topicId of topicIds) {
    const partitionCount = spec.partitionCount(topicId);
    if (partitionCount === -1) return noSuchTopic(topicId);
    const there = assigned.get(topicId)!;
    for (let partition = 0; partition < partitionCount; partition += 1) {
      if (!there.has(partition)) free.push({ topicId, partition });
    }
    total += partitionCount;
  }
  return total;
}

/**
 * An extra partition goes to members that have it already. One that does not need it leaves it to others, unless so
 * few are left that it must take it.
 */
function keepUpToQuota(
  member: MemberSpec,
  subscribed: ReadonlySet<Uuid>,
  quota: number,
  membersLeft: number,
  extras: Extras,
  free: TopicPartition[],
): Kept {
  let hasExtra = extras.left > 0;
  let room = hasExtra ? quota + 1 : quota;
  const assignment = new Map<Uuid, readonly number[]>();
  for (const [topicId, partitions] of member.assignment) {
    if (!subscribed.has(topicId)) continue;
    const keeps = Math.min(partitions.length, room);
    room -= keeps;
    if (keeps > 0)
      assignment.set(topicId, keeps === partitions.length ? partitions : partitions.slice(0, keeps));
    for (let at = keeps; at < partitions.length; at += 1) free.push({ topicId, partition: partitions[at]! });
  }
  if (room > 0 && hasExtra && membersLeft > extras.left) {
    room -= 1;
    hasExtra = false;
  }
  if (hasExtra) extras.left -= 1;
  return { assignment, room };
}

function withPartitions(
  assignment: Map<Uuid, readonly number[]>,
  taken: readonly TopicPartition[],
): Assignment {
  const added = new Map<Uuid, number[]>();
  for (const { partition, topicId } of taken) {
    let partitions = added.get(topicId);
    if (partitions === undefined) {
      partitions = (assignment.get(topicId) ?? []).slice();
      added.set(topicId, partitions);
    }
    partitions.push(partition);
  }
  for (const [topicId, partitions] of added) assignment.set(topicId, sorted(partitions));
  return assignment;
}

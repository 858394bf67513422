import type { Uuid } from '../../../../wire/index.ts';
import type { Assignment } from '../assignment.ts';
import {
  type GroupAssignment,
  type GroupSpec,
  type MemberSpec,
  noSuchTopic,
  type PartitionAssignor,
} from './group-spec.ts';

interface TopicRanges {
  readonly partitionCount: number;
  subscribers: number;
  /** Where the next member's range begins. */
  next: number;
  /** Members that get one more than the quota. */
  extra: number;
}

/**
 * Each topic is cut into ranges, in the order of the members: topics with as many partitions and the same subscribers
 * are cut alike, so that one member has the same partitions of all of them (`RangeAssignor`). Static members come
 * first, by instance id, so that a restart under a new member id changes nothing.
 */
export const rangeAssignor: PartitionAssignor = { name: 'range', assign };

function assign(spec: GroupSpec): GroupAssignment {
  const members = spec.members.slice().sort(byInstanceThenMember);
  const topics = new Map<Uuid, TopicRanges>();
  for (const { topicIds } of members) {
    for (const topicId of topicIds) {
      let topic = topics.get(topicId);
      if (topic === undefined) {
        const partitionCount = spec.partitionCount(topicId);
        if (partitionCount === -1) return noSuchTopic(topicId);
        topic = { partitionCount, subscribers: 0, next: 0, extra: 0 };
        topics.set(topicId, topic);
      }
      topic.subscribers += 1;
    }
  }
  for (const topic of topics.values()) topic.extra = topic.partitionCount % topic.subscribers;
  const assignments = new Map<string, Assignment>();
  for (const { memberId, topicIds } of members) {
    const assignment = new Map<Uuid, readonly number[]>();
    for (const topicId of topicIds) {
      const range = nextRange(topics.get(topicId)!);
      if (range.length > 0) assignment.set(topicId, range);
    }
    assignments.set(memberId, assignment);
  }
  return assignments;
}

function nextRange(topic: TopicRanges): number[] {
  let quota = Math.floor(topic.partitionCount / topic.subscribers);
  if (topic.extra > 0) {
    topic.extra -= 1;
    quota += 1;
  }
  const end = Math.min(topic.next + quota, topic.partitionCount);
  const range: number[] = [];
  for (let partition = topic.next; partition < end; partition += 1) range.push(partition);
  topic.next = end;
  return range;
}

function byInstanceThenMember(one: MemberSpec, other: MemberSpec): number {
  if (one.instanceId !== null && other.instanceId !== null) return compare(one.instanceId, other.instanceId);
  if (one.instanceId !== null) return -1;
  if (other.instanceId !== null) return 1;
  return compare(one.memberId, other.memberId);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

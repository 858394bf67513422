import type { Outbox, Us } from '../../../machine/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, regexOf } from './consumer-group-member.ts';
import { canDowngrade, downgradeGroup } from './convert-consumer-group.ts';
import { addMemberTombstones, groupEpochRecord, regexTombstone, targetEpochRecord } from './group-records.ts';
import type { Room } from './room.ts';
import { count, countNames, countRegexMatches } from './subscription-counts.ts';

/** What is written when members go. `replay` false: the shard has applied it already. */
export interface Fenced {
  readonly records: readonly GroupRecord[];
  readonly replay: boolean;
}

/**
 * Members go: their partitions are free, the group's epoch rises. If only members of the classic protocol stay, the
 * group becomes theirs (`consumerGroupFenceMembers`). Kafka drops their timers here; they stay, for should this not be
 * written the members are there again, and else the timers find nobody.
 */
export function fenceMembers(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  members: ReadonlySet<ConsumerGroupMember>,
  out: Outbox,
): Fenced {
  const records: GroupRecord[] = [];
  if (members.size === 0) return { records, replay: true };
  if (canDowngrade(room, group, members)) {
    downgradeGroup(room, now, group, { leaving: members, joining: null, needsRebalance: true }, records, out);
    return { records, replay: false };
  }
  const { groupId } = group;
  for (const { memberId } of members) addMemberTombstones(records, groupId, memberId);
  const topics = new Map(group.topics);
  for (const { subscribedTopicNames } of members) countNames(topics, subscribedTopicNames, -1);
  for (const regex of regexesOnlyOf(group, members)) {
    records.push(regexTombstone(groupId, regex));
    countRegexMatches(topics, group.resolvedRegexes.get(regex)?.topics ?? [], -1);
  }
  const groupEpoch = group.groupEpoch + 1;
  const hash = room.hashes.groupHash(topics.keys(), room.context.image());
  records.push(groupEpochRecord(groupId, groupEpoch, hash));
  // Nobody is left whom a target could be for; whoever comes next does not wait for the assignment interval.
  if (group.memberCount === members.size) records.push(targetEpochRecord(groupId, groupEpoch, 0));
  return { records, replay: true };
}

function regexesOnlyOf(group: ConsumerGroup, members: ReadonlySet<ConsumerGroupMember>): string[] {
  const leaving = new Map<string, number>();
  for (const member of members) count(leaving, regexOf(member), 1);
  return [...leaving.keys()].filter((regex) => group.regexes.get(regex) === leaving.get(regex));
}

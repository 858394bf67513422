import { ErrorCode } from '../../../wire/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, equalMetadata, equalNames, regexOf } from './consumer-group-member.ts';
import { groupEpochRecord, memberRecord, partitionMetadataTombstone } from './group-records.ts';
import type { Room } from './room.ts';
import {
  countMember,
  countRegexMatches,
  isHomogeneous,
  type SubscriptionCount,
} from './subscription-counts.ts';

/** After this the metadata is looked at again, changed or not (`METADATA_REFRESH_INTERVAL_MS`). */
export const METADATA_REFRESH_INTERVAL_MS = 2 ** 31 - 1;

/** Writes the member if anything of it changed; answers whether the topics that it names did. */
export function writeMember(
  groupId: string,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
  records: GroupRecord[],
): boolean {
  if (equalMetadata(before, member)) return false;
  records.push(memberRecord(groupId, member));
  return !equalNames(before.subscribedTopicNames, member.subscribedTopicNames);
}

/** The effective assignor changes with this member. */
export function changesAssignor(
  room: Room,
  group: ConsumerGroup,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
): boolean {
  if (before.serverAssignor === member.serverAssignor) return false;
  const fallback = room.assignors[0]!.name;
  return (group.preferredAssignor() ?? fallback) !== (group.preferredAssignor(before, member) ?? fallback);
}

/** What a group subscribes to with a change of one member. */
interface Subscriptions {
  readonly topics: Map<string, SubscriptionCount>;
  readonly regexes: Map<string, number>;
}

function subscriptionsWith(
  group: ConsumerGroup,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
): Subscriptions {
  const topics = new Map(group.topics);
  const regexes = new Map(group.regexes);
  const lost = regexOf(before);
  const isLast = lost !== null && lost !== regexOf(member) && regexes.get(lost) === 1;
  countMember(topics, regexes, before, member);
  if (isLast) countRegexMatches(topics, group.resolvedRegexes.get(lost)?.topics ?? [], -1);
  return { topics, regexes };
}

/**
 * With this change of a member all subscribe to the same. Kafka asks for it only when the epoch rises or topics are
 * looked at again, and else takes the group's last answer: then a member that comes with a pattern which is not
 * resolved yet, while a target is due, is given topics that it does not subscribe to; and if the pattern matches
 * nothing the epoch does not rise again, and nobody ever reads them.
 */
export function isHomogeneousWith(
  group: ConsumerGroup,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
): boolean {
  const { regexes, topics } = subscriptionsWith(group, before, member);
  const isKnown =
    group.member(member.memberId) !== undefined || group.staticMember(member.instanceId) !== undefined;
  return isHomogeneous(topics.values(), regexes, group.memberCount + (isKnown ? 0 : 1));
}

/**
 * Looks at the topics again; answers the group's epoch, which rises when it has to anyway or when they are not what
 * they were (`updateSubscriptionMetadata`).
 */
export function updateSubscriptions(
  room: Room,
  group: ConsumerGroup,
  mustBump: boolean,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
  records: GroupRecord[],
): number {
  const { topics } = subscriptionsWith(group, before, member);
  const hash = room.hashes.groupHash(topics.keys(), room.context.image());
  let { groupEpoch } = group;
  if (mustBump || hash !== group.metadataHash) {
    groupEpoch += 1;
    records.push(groupEpochRecord(group.groupId, groupEpoch, hash));
  }
  group.metadataIsFresh(room.context.wall.nowMs() + METADATA_REFRESH_INTERVAL_MS, groupEpoch);
  // What brokers before 4.1 kept in its place.
  if (group.hasPartitionMetadata) records.push(partitionMetadataTombstone(group.groupId));
  return groupEpoch;
}

/** An assignor that gave up is a bug of ours: the member hears UNKNOWN_SERVER_ERROR. */
export const ASSIGNOR_FAILED = ErrorCode.UNKNOWN_SERVER_ERROR;

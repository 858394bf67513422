import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode } from '../../../wire/index.ts';
import type { Decision } from '../../runtime/index.ts';
import type { GroupRecord } from '../records/index.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerGroupMember, equalNames, regexOf } from './consumer-group-member.ts';
import { groupEpochRecord, type ResolvedRegex, regexRecord, regexTombstone } from './group-records.ts';
import { compileRegex } from './regex/index.ts';
import type { Room } from './room.ts';
import { count, countRegexMatches } from './subscription-counts.ts';
import { METADATA_REFRESH_INTERVAL_MS } from './update-subscriptions.ts';

/** Patterns are not resolved anew within this time (`REGEX_BATCH_REFRESH_MIN_INTERVAL_MS`). */
const MIN_REFRESH_INTERVAL_MS = 10_000;

/** What became of a member's pattern: known topics change with it, or it has yet to be resolved. */
export type RegexChange = 'none' | 'changed' | 'changed and resolved';

/**
 * A member changes its pattern: a new one is looked at now and resolved in a step of its own, one that the last member
 * leaves is forgotten; and patterns are resolved again when topics have come or it is time to
 * (`maybeUpdateRegularExpressions`). A number: INVALID_REGULAR_EXPRESSION.
 */
export function updateRegexes(
  room: Room,
  now: Us,
  group: ConsumerGroup,
  before: ConsumerGroupMember,
  member: ConsumerGroupMember,
  records: GroupRecord[],
  out: Outbox,
): RegexChange | number {
  const [last, next] = [regexOf(before), regexOf(member)];
  if (last === next && group.regexes.size === 0) return 'none';
  let change: RegexChange = 'none';
  let isNew = false;
  if (before.subscribedTopicRegex !== member.subscribedTopicRegex) {
    change = 'changed';
    if (last !== null && group.regexes.get(last) === 1) records.push(regexTombstone(group.groupId, last));
    if (next === null) {
      if (last !== null) change = 'changed and resolved';
    } else if ((group.regexes.get(next) ?? 0) === 0) {
      if (typeof compileRegex(next) === 'string') return ErrorCode.INVALID_REGULAR_EXPRESSION;
      isNew = true;
    } else if (group.resolvedRegexes.has(next)) change = 'changed and resolved';
  }
  const regexes = new Map(group.regexes);
  if (last !== next) {
    count(regexes, last, -1);
    count(regexes, next, 1);
  }
  if (regexes.size > 0 && isRefreshDue(room, group, regexes, isNew)) {
    scheduleRefresh(room, now, group.groupId, [...regexes.keys()], out);
  }
  return change;
}

function isRefreshDue(
  room: Room,
  group: ConsumerGroup,
  regexes: ReadonlyMap<string, number>,
  isNew: boolean,
): boolean {
  if (room.context.timers.has(refreshKey(group.groupId))) return false;
  const [resolved] = group.resolvedRegexes.values();
  if (resolved === undefined) return true;
  const sinceMs = room.context.wall.nowMs() - resolved.timestampMs;
  if (sinceMs <= MIN_REFRESH_INTERVAL_MS) return false;
  return (
    isNew ||
    regexes.size !== group.resolvedRegexes.size ||
    (room.resolvedVersions.get(group.groupId) ?? -1) < room.topicsVersion ||
    sinceMs > room.config['group.consumer.regex.refresh.interval.ms']
  );
}

/** Kafka resolves on a thread aside and writes the result when it is there; here it is the shard's next step. */
function scheduleRefresh(
  room: Room,
  now: Us,
  groupId: string,
  regexes: readonly string[],
  out: Outbox,
): void {
  room.context.timers.schedule(now, refreshKey(groupId), 0, () => decideRefresh(room, groupId, regexes), out);
}

/**
 * `handleRegularExpressionsResult`. Kafka does not raise the epoch for a pattern that turns out to match nothing: a
 * member that changed to it keeps in its target what it no longer subscribes to, and nobody reads that.
 */
function decideRefresh(
  room: Room,
  groupId: string,
  regexes: readonly string[],
): Decision<GroupRecord> | null {
  const group = room.groups.get(groupId);
  if (!(group instanceof ConsumerGroup)) return null;
  const records: GroupRecord[] = [];
  const topics = new Map(group.topics);
  const isTargetDone = group.assignmentEpoch === group.groupEpoch;
  let mustBump = false;
  const { topicsVersion } = room;
  for (const regex of regexes) {
    // Nobody subscribes to it any more.
    if (!group.regexes.has(regex)) continue;
    const resolved = resolve(room, regex);
    const last = group.resolvedRegexes.get(regex)?.topics ?? [];
    if (!equalNames(last, resolved.topics)) {
      mustBump = true;
      countRegexMatches(topics, last, -1);
      countRegexMatches(topics, resolved.topics, 1);
    } else if (isTargetDone && hasOthersTopics(room, group, regex, resolved)) mustBump = true;
    records.push(regexRecord(groupId, regex, resolved));
  }
  room.resolvedVersions.set(groupId, topicsVersion);
  const hash = room.hashes.groupHash(topics.keys(), room.context.image());
  if (mustBump || hash !== group.metadataHash) {
    const groupEpoch = group.groupEpoch + 1;
    records.push(groupEpochRecord(groupId, groupEpoch, hash));
    group.metadataIsFresh(room.context.wall.nowMs() + METADATA_REFRESH_INTERVAL_MS, groupEpoch);
  }
  return records.length === 0 ? null : { records, settle: () => {} };
}

/** A member with this pattern shall have partitions of topics that it does not subscribe to. */
function hasOthersTopics(
  room: Room,
  group: ConsumerGroup,
  regex: string,
  { topics }: ResolvedRegex,
): boolean {
  const { topicsById } = room.context.image();
  for (const member of group.members()) {
    if (regexOf(member) !== regex) continue;
    for (const topicId of group.target(member.memberId).keys()) {
      const name = topicsById.get(topicId)?.name;
      if (name === undefined || topics.includes(name)) continue;
      if (!member.subscribedTopicNames.includes(name)) return true;
    }
  }
  return false;
}

function resolve(room: Room, pattern: string): ResolvedRegex {
  const image = room.context.image();
  const topics: string[] = [];
  const regex = compileRegex(pattern);
  if (typeof regex !== 'string') {
    for (const name of image.topicNames()) if (regex.matches(name)) topics.push(name);
  }
  return { topics, version: room.topicsVersion, timestampMs: room.context.wall.nowMs() };
}

function refreshKey(groupId: string): string {
  return `consumer regex\n${groupId}`;
}

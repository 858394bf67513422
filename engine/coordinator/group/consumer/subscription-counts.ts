import { type ConsumerGroupMember, regexOf } from './consumer-group-member.ts';
import type { ResolvedRegex } from './group-records.ts';

/** How many members name a topic, and how many patterns match it (`SubscriptionCount`). */
export interface SubscriptionCount {
  readonly names: number;
  readonly regexes: number;
}

/** Topics that a group subscribes to; a map that can be changed (`Map`, `TimelineMap`). */
export interface Counts<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): unknown;
  delete(key: string): unknown;
}

const NEVER: SubscriptionCount = { names: 0, regexes: 0 };

export function countNames(counts: Counts<SubscriptionCount>, topics: readonly string[], by: 1 | -1): void {
  for (const topic of topics) {
    const { names, regexes } = counts.get(topic) ?? NEVER;
    put(counts, topic, names + by, regexes);
  }
}

export function countRegexMatches(
  counts: Counts<SubscriptionCount>,
  topics: readonly string[],
  by: 1 | -1,
): void {
  for (const topic of topics) {
    const { names, regexes } = counts.get(topic) ?? NEVER;
    put(counts, topic, names, regexes + by);
  }
}

export function count(counts: Counts<number>, key: string | null, by: 1 | -1): void {
  if (key === null) return;
  const next = (counts.get(key) ?? 0) + by;
  if (next <= 0) counts.delete(key);
  else counts.set(key, next);
}

/** A member changes, comes (`before` null) or goes (`after` null). */
export function countMember(
  topics: Counts<SubscriptionCount>,
  regexes: Counts<number>,
  before: ConsumerGroupMember | null,
  after: ConsumerGroupMember | null,
): void {
  if (before?.subscribedTopicNames !== after?.subscribedTopicNames) {
    if (before !== null) countNames(topics, before.subscribedTopicNames, -1);
    if (after !== null) countNames(topics, after.subscribedTopicNames, 1);
  }
  const [regexBefore, regexAfter] = [regexOf(before), regexOf(after)];
  if (regexBefore === regexAfter) return;
  count(regexes, regexBefore, -1);
  count(regexes, regexAfter, 1);
}

/**
 * All members subscribe to the same topics (`ConsumerGroup.subscriptionType`): all by name, or all by one and the same
 * pattern and nothing else.
 */
export function isHomogeneous(
  topics: Iterable<SubscriptionCount>,
  regexCounts: ReadonlyMap<string, number>,
  memberCount: number,
): boolean {
  const [firstRegex] = regexCounts.values();
  if (firstRegex === undefined) {
    for (const { names } of topics) if (names !== memberCount) return false;
    return true;
  }
  if (firstRegex !== memberCount) return false;
  for (const { names, regexes } of topics) if (regexes !== 1 || names > 0) return false;
  return true;
}

/** The names and what the pattern matched, which may be nothing as yet. */
export function subscribedTopics(
  member: ConsumerGroupMember,
  resolved: (regex: string) => ResolvedRegex | undefined,
): readonly string[] {
  const regex = regexOf(member);
  const matched = regex === null ? undefined : resolved(regex)?.topics;
  if (matched === undefined || matched.length === 0) return member.subscribedTopicNames;
  if (member.subscribedTopicNames.length === 0) return matched;
  return [...new Set([...member.subscribedTopicNames, ...matched])].sort();
}

function put(counts: Counts<SubscriptionCount>, topic: string, names: number, regexes: number): void {
  if (names <= 0 && regexes <= 0) counts.delete(topic);
  else counts.set(topic, { names, regexes });
}

import type { GroupOutcome, RebalanceMark, Result } from '../../sim/result/index.ts';
import { groupOf, groupOfPipeline } from '../../sim/scenario/index.ts';
import { endUs } from './timeline.ts';

/** A member's hold on a partition, in seconds from the start of the traffic. */
export interface OwnershipBar {
  readonly log: string;
  readonly client: string;
  readonly from: number;
  readonly to: number;
  /** Generation or epoch in which it was assigned; empty when the bar has no room for it or nobody said. */
  readonly label: string;
}

export interface RebalanceTick {
  readonly log: string;
  readonly kind: RebalanceMark['kind'];
  readonly t: number;
}

/** One client's life in its group. */
export interface Membership {
  readonly client: string;
  /** Ids under which the coordinator knew it: more than one when it came back as somebody else. */
  readonly memberIds: number;
  readonly first: number;
  readonly last: number;
  readonly generations: number;
  readonly from: number;
  readonly to: number;
}

/** A bar narrower than this share of the chart has no room for a label. */
const LABELLED_SHARE = 0.03;
/** What happened longer ago than this needs a time-out to be a cause. */
const AT_ONCE_US = 1_000_000;
/** From a session's end to the rebalance that follows: the coordinator looks, the members ask. */
const NOTICED_US = 4_000_000;
/** Kafka's default of `session.timeout.ms` and of `group.consumer.session.timeout.ms`. */
const SESSION_MS = 45_000;

/** Partitions that the group had to do with, by name and number. */
export function logsOf(group: GroupOutcome): string[] {
  const logs = new Set(group.ownership.map(({ log }) => log));
  for (const { partitions } of group.rebalances) for (const log of partitions) logs.add(log);
  return [...logs].sort(byTopicAndNumber);
}

export function membersOf(group: GroupOutcome): string[] {
  const all = [...group.memberships, ...group.ownership, ...group.rebalances];
  return [...new Set(all.map(({ client }) => client))].sort();
}

export function ownershipBars(result: Result, group: GroupOutcome): OwnershipBar[] {
  const end = endUs(result);
  const assigned = new Map<string, number>();
  for (const { at, client, kind, partitions, generationId } of group.rebalances) {
    if (kind !== 'assigned') continue;
    for (const log of partitions) assigned.set(`${client} ${log} ${at}`, generationId);
  }
  return group.ownership
    .filter(({ from, to }) => to > 0 && from < end)
    .sort((a, b) => a.from - b.from)
    .map(({ client, log, from, to }) => {
      const generation = assigned.get(`${client} ${log} ${from}`) ?? -1;
      const [left, right] = [Math.max(from, 0), Math.min(to, end)];
      const label = generation >= 0 && right - left >= end * LABELLED_SHARE ? String(generation) : '';
      return { log, client, from: left / 1e6, to: right / 1e6, label };
    });
}

export function rebalanceTicks(result: Result, group: GroupOutcome): RebalanceTick[] {
  return group.rebalances
    .filter(({ at }) => at >= 0 && at <= endUs(result))
    .flatMap(({ at, kind, partitions }) => partitions.map((log) => ({ log, kind, t: at / 1e6 })));
}

export function memberships(group: GroupOutcome): Membership[] {
  return membersOf(group).flatMap((client) => {
    const spans = group.memberships
      .filter((span) => span.client === client)
      .sort((a, b) => a.from - b.from || a.generationId - b.generationId);
    const [first, last] = [spans[0], spans.at(-1)];
    if (first === undefined || last === undefined) return [];
    return {
      client,
      memberIds: new Set(spans.map(({ memberId }) => memberId)).size,
      first: first.generationId,
      last: last.generationId,
      generations: new Set(spans.map(({ generationId }) => generationId)).size,
      from: first.from,
      to: last.to,
    };
  });
}

interface Event {
  readonly at: number;
  readonly text: string;
  /** A fault that took a member away without a word: only its session's end tells the others. */
  readonly isSilent: boolean;
}

/**
 * What came just before a rebalance, in words: the nearest fault or change of members within a second, and the nearest
 * fault that silenced a member within the session time. Nearness is a hint, not a proof.
 */
export function causesOf(result: Result, group: GroupOutcome): string[] {
  const events = eventsOf(result, group);
  const sessionUs = sessionMsOf(result, group) * 1_000;
  return group.rebalances.map(({ at }) => {
    let near: Event | null = null;
    let silent: Event | null = null;
    for (const event of events) {
      if (event.at > at) break;
      if (at - event.at <= AT_ONCE_US) near = event;
      else if (event.isSilent && at - event.at <= sessionUs + NOTICED_US) silent = event;
    }
    const causes = [near, silent].filter((event) => event !== null);
    if (causes.length === 0) return 'nothing within a second, and no member silenced within the session time';
    return causes.map((event) => `${event.text} ${describeAgo(at - event.at)}`).join('; ');
  });
}

function eventsOf(result: Result, group: GroupOutcome): Event[] {
  const events: Event[] = [];
  const members = new Set(membersOf(group));
  for (const { fault, targets, from, to } of result.faults) {
    const name = `${fault.kind} ${targets.join(' ')}`.trim();
    events.push({ at: from, text: `${name} began`, isSilent: targets.some((target) => members.has(target)) });
    events.push({ at: to, text: `${name} was over`, isSilent: false });
  }
  // A new generation is the rebalance itself; a new member id is somebody who came.
  const known = new Set<string>();
  for (const { client, memberId, from } of [...group.memberships].sort((a, b) => a.from - b.from)) {
    if (!known.has(memberId)) events.push({ at: from, text: `${client} became a member`, isSilent: false });
    known.add(memberId);
  }
  return events.sort((a, b) => a.at - b.at);
}

/** The longest session that its members may have: they say it in a classic group, the brokers in a consumer group. */
function sessionMsOf({ scenario }: Result, { group }: GroupOutcome): number {
  const { consumers, pipelines } = scenario.traffic;
  const configs = [
    ...consumers.filter((spec) => groupOf(spec) === group).map(({ config }) => config),
    ...pipelines
      .filter((spec) => groupOfPipeline(spec) === group)
      .map(({ consumerConfig }) => consumerConfig),
  ];
  const told = scenario.cluster.brokerConfig['group.consumer.session.timeout.ms'];
  const asked = configs.map((config) =>
    Number((config['group.protocol'] === 'consumer' ? told : config['session.timeout.ms']) ?? SESSION_MS),
  );
  return asked.length === 0 ? SESSION_MS : Math.max(...asked);
}

function describeAgo(us: number): string {
  if (us === 0) return 'at that moment';
  return us < 100_000 ? `${(us / 1e3).toFixed(1)} ms before` : `${(us / 1e6).toFixed(1)} s before`;
}

function byTopicAndNumber(a: string, b: string): number {
  const [left, right] = [a.lastIndexOf('-'), b.lastIndexOf('-')];
  const [topicA, topicB] = [a.slice(0, left), b.slice(0, right)];
  if (topicA !== topicB) return topicA < topicB ? -1 : 1;
  return Number(a.slice(left + 1)) - Number(b.slice(right + 1));
}

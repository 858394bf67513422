import type {
  GroupChange,
  GroupOutcome,
  MembershipSpan,
  RebalanceMark,
  Result,
} from '../../sim/result/index.ts';
import { groupOf, groupOfPipeline } from '../../sim/scenario/index.ts';
import { endUs, type Point } from './timeline.ts';

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
  /** Took a member away without a word: only its session's end tells the others. */
  readonly isSilent: boolean;
}

/**
 * Why a rebalance came, in words: what its coordinator said last, the nearest fault or change of members within a
 * second, and the nearest fault that silenced a member within the session time. Nearness is a hint, not a proof; the
 * coordinator's word is its own.
 */
export function causesOf(result: Result, group: GroupOutcome): string[] {
  const events = eventsOf(result, group);
  const triggers = triggersOf(group);
  const sessionUs = sessionMsOf(result, group) * 1_000;
  return group.rebalances.map(({ at, client }) => {
    let near: Event | null = null;
    let silent: Event | null = null;
    for (const event of events) {
      if (event.at > at) break;
      if (at - event.at <= AT_ONCE_US) near = event;
      else if (event.isSilent && at - event.at <= sessionUs + NOTICED_US) silent = event;
    }
    if (endsWithin(result, client, at)) return `${client} stops, and leaves`;
    const told = triggers.findLast((trigger) => trigger.at <= at) ?? null;
    const causes = [told, near, silent].filter((event) => event !== null);
    if (causes.length === 0) return 'nothing within a second, and no member silenced within the session time';
    return causes.map((event) => `${event.text} ${describeAgo(at - event.at)}`).join('; ');
  });
}

/** A process that is told to stop gives its partitions up and leaves before it is gone. */
function endsWithin({ lanes }: Result, client: string, at: number): boolean {
  return lanes.some(
    ({ node, state, from }) =>
      node === client && state === 'down' && from >= at && from - at <= AT_ONCE_US && at >= 0,
  );
}

/** Where the coordinator began another generation or epoch, and said why. */
function triggersOf(group: GroupOutcome): Event[] {
  const names = new Map(group.memberships.map(({ memberId, client }) => [memberId, client]));
  const events: Event[] = [];
  let epoch = -1;
  let members = 0;
  for (const change of group.changes) {
    const { at, state } = change;
    const isClassic = change.kind === 'classic';
    // A classic group counts its generation when the join phase is over; a consumer group's epoch is the cause itself.
    if (isClassic ? state === 'PreparingRebalance' : change.epoch !== epoch) {
      const count = change.members === members ? '' : ` (${members} to ${change.members} members)`;
      const text = `${groupEvent(change, names)}${isClassic ? '' : count}`;
      events.push({ at, text: `the coordinator: ${text},`, isSilent: false });
    }
    epoch = change.epoch;
    members = change.members;
  }
  return events;
}

/** The coordinator's reason, with members called by their clients' names. */
export function groupEvent({ reason }: GroupChange, names: ReadonlyMap<string, string>): string {
  return reason
    .split(' ')
    .map((word) => names.get(word) ?? word)
    .join(' ');
}

function eventsOf(result: Result, group: GroupOutcome): Event[] {
  const events: Event[] = [];
  const members = new Set(membersOf(group));
  for (const { fault, targets, from, to } of result.faults) {
    const name = `${fault.kind} ${targets.join(' ')}`.trim();
    events.push({ at: from, text: `${name} began`, isSilent: targets.some((target) => members.has(target)) });
    events.push({ at: to, text: `${name} was over`, isSilent: false });
  }
  // A fault may take members away one after the other.
  for (const { node, state, from, to } of result.lanes) {
    if (!members.has(node) || state !== 'down' || from <= 0) continue;
    events.push({ at: from, text: `${node} went down`, isSilent: true });
    events.push({ at: to, text: `${node} was started`, isSilent: false });
  }
  // A new generation is the rebalance itself; a new member id is somebody who came.
  const known = new Set<string>();
  for (const { client, memberId, from } of [...group.memberships].sort((a, b) => a.from - b.from)) {
    if (!known.has(memberId)) events.push({ at: from, text: `${client} became a member`, isSilent: false });
    known.add(memberId);
  }
  for (const { client, to } of leavings(result, group))
    events.push({ at: to, text: `${client} was a member no more`, isSilent: false });
  return events.sort((a, b) => a.at - b.at);
}

/** Where a membership ended and no other of that client's followed at once. */
function leavings(result: Result, { memberships: spans }: GroupOutcome): readonly MembershipSpan[] {
  const begun = new Set(spans.map(({ client, from }) => `${client} ${from}`));
  const end = endUs(result);
  return spans.filter(({ client, to }) => to < end && !begun.has(`${client} ${to}`));
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

/** How far the group was behind at the end of each interval: what it had not read, and what it had not committed. */
export function lagPoints(result: Result, group: GroupOutcome): Point[] {
  const seconds = result.metrics.series.intervalUs / 1e6;
  const line = (series: string, values: readonly number[]): Point[] =>
    values.map((value, i) => ({ t: i * seconds, series, value }));
  return [
    ...line(LAG_LINES[0], group.lagRead),
    // A group that never committed anything is behind by everything: that line would only flatten the other.
    ...(group.lagCommitted.some((lag, i) => lag < group.lagCommitted[i - 1]!)
      ? line(LAG_LINES[1], group.lagCommitted)
      : []),
  ];
}

export const LAG_LINES = ['not read', 'not committed'] as const;

function byTopicAndNumber(a: string, b: string): number {
  const [left, right] = [a.lastIndexOf('-'), b.lastIndexOf('-')];
  const [topicA, topicB] = [a.slice(0, left), b.slice(0, right)];
  if (topicA !== topicB) return topicA < topicB ? -1 : 1;
  return Number(a.slice(left + 1)) - Number(b.slice(right + 1));
}

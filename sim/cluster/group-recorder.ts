import type {
  CommitCall,
  CommitError,
  ConsumerGroupMetadata,
  FailureOutcome,
  GroupListener,
  TopicPartition,
} from '../../engine/client/index.ts';
import type { GroupOutcome, MembershipSpan, OwnershipSpan, RebalanceMark } from '../result/index.ts';

/** Of each kind, for a page: a run of hours has more than anybody looks at. */
const MAX_SPANS = 20_000;

interface Membership {
  readonly member: ConsumerGroupMetadata;
  readonly from: number;
}

/**
 * What the members of one group saw of it: who they were, what they owned and when, why it changed, and what became of
 * their commits. Only clients speak here; what the coordinator believes is the checks' business.
 */
export class GroupRecorder {
  readonly group: string;
  readonly #now: () => number;
  /** By client: who it is. */
  readonly #members = new Map<string, Membership>();
  /** By `client log`: since when it owns it. */
  readonly #owned = new Map<string, number>();
  readonly #memberships: MembershipSpan[] = [];
  readonly #ownership: OwnershipSpan[] = [];
  readonly #rebalances: RebalanceMark[] = [];
  readonly #commits = { ok: 0, fail: 0, unknown: 0 };
  /** The highest offset, exclusive, that any member committed, by log; for lag. */
  readonly committed = new Map<string, number>();

  constructor(group: string, now: () => number) {
    this.group = group;
    this.#now = now;
  }

  /** Hears one member. `reposition` is told of every partition whose reading begins anew. */
  listener(client: string, reposition: (log: string) => void): GroupListener {
    return {
      onAssigned: (_now, partitions) => {
        this.#mark(client, 'assigned', partitions);
        for (const log of namesOf(partitions)) {
          this.#owned.set(`${client} ${log}`, this.#now());
          reposition(log);
        }
      },
      onRevoked: (_now, partitions) => this.#giveUp(client, 'revoked', partitions),
      onLost: (_now, partitions) => this.#giveUp(client, 'lost', partitions),
      onMembership: (_now, member) => this.#become(client, member),
      onCommit: () => {},
      onCommitted: (_now, commit, error, outcome) => this.#onCommitted(commit, error, outcome),
      onCommittedPosition: (_now, topic, partition) => reposition(`${topic}-${partition}`),
    };
  }

  /** A member's process is gone, and with it what it owned. */
  onGone(client: string): void {
    this.#endMembership(client);
    for (const key of [...this.#owned.keys()]) {
      if (key.startsWith(`${client} `)) this.#endOwnership(client, key.slice(client.length + 1));
    }
  }

  /** Who owns a partition by its own word, if anybody does. */
  ownersOf(log: string): string[] {
    const suffix = ` ${log}`;
    return [...this.#owned.keys()]
      .filter((key) => key.endsWith(suffix))
      .map((key) => key.slice(0, -suffix.length));
  }

  /** Everything, with what is still open ended now, and times counted from the start of the traffic. */
  outcome(fromUs: number, logs: readonly string[]): GroupOutcome {
    const now = this.#now();
    const memberships = [
      ...this.#memberships,
      ...[...this.#members].map(([client, each]) => spanOf(client, each, now)),
    ];
    const ownership = [
      ...this.#ownership,
      ...[...this.#owned].map(([key, from]) => {
        const space = key.indexOf(' ');
        return { client: key.slice(0, space), log: key.slice(space + 1), from, to: now };
      }),
    ];
    const shifted = <T extends { readonly from: number; readonly to: number }>(spans: readonly T[]): T[] =>
      spans.map((span) => ({ ...span, from: span.from - fromUs, to: span.to - fromUs }));
    return {
      group: this.group,
      memberships: shifted(memberships),
      ownership: shifted(ownership),
      rebalances: this.#rebalances.map((mark) => ({ ...mark, at: mark.at - fromUs })),
      commits: { ...this.#commits },
      unownedUs: logs.reduce((sum, log) => sum + unowned(ownership, log, fromUs, now), 0),
    };
  }

  #onCommitted(commit: CommitCall, error: CommitError | null, outcome: 'ok' | FailureOutcome): void {
    this.#commits[outcome]++;
    if (error !== null) return;
    for (const { topic, partition, offset } of commit.offsets) {
      const log = `${topic}-${partition}`;
      this.committed.set(log, Math.max(this.committed.get(log) ?? 0, offset));
    }
  }

  #become(client: string, member: ConsumerGroupMetadata): void {
    this.#endMembership(client);
    if (member.memberId !== '' && member.generationId >= 0)
      this.#members.set(client, { member, from: this.#now() });
  }

  #endMembership(client: string): void {
    const before = this.#members.get(client);
    if (before === undefined) return;
    this.#members.delete(client);
    if (this.#memberships.length < MAX_SPANS) this.#memberships.push(spanOf(client, before, this.#now()));
  }

  #giveUp(client: string, kind: RebalanceMark['kind'], partitions: readonly TopicPartition[]): void {
    this.#mark(client, kind, partitions);
    for (const log of namesOf(partitions)) this.#endOwnership(client, log);
  }

  #endOwnership(client: string, log: string): void {
    const key = `${client} ${log}`;
    const from = this.#owned.get(key);
    if (from === undefined) return;
    this.#owned.delete(key);
    if (this.#ownership.length < MAX_SPANS) this.#ownership.push({ client, log, from, to: this.#now() });
  }

  #mark(client: string, kind: RebalanceMark['kind'], partitions: readonly TopicPartition[]): void {
    if (this.#rebalances.length >= MAX_SPANS) return;
    const generationId = this.#members.get(client)?.member.generationId ?? -1;
    this.#rebalances.push({ at: this.#now(), client, kind, partitions: namesOf(partitions), generationId });
  }
}

function spanOf(client: string, { member, from }: Membership, to: number): MembershipSpan {
  return { client, memberId: member.memberId, generationId: member.generationId, from, to };
}

function namesOf(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`);
}

/** How long nobody owned it, from the first moment that somebody did. */
function unowned(spans: readonly OwnershipSpan[], log: string, fromUs: number, now: number): number {
  const mine = spans.filter((span) => span.log === log).sort((a, b) => a.from - b.from);
  const first = mine[0];
  if (first === undefined) return now - fromUs;
  let covered = first.from;
  let sum = 0;
  for (const { from, to } of mine) {
    sum += Math.max(0, from - covered);
    covered = Math.max(covered, to);
  }
  return sum + Math.max(0, now - covered);
}

import type {
  CommitCall,
  CommitError,
  ConsumerGroupMetadata,
  FailureOutcome,
  GroupListener,
  GroupOffset,
  TopicPartition,
} from '../../engine/client/index.ts';
import type { MemberFact } from '../check/index.ts';
import type {
  GroupChange,
  GroupOutcome,
  MembershipSpan,
  OwnershipSpan,
  RebalanceMark,
} from '../result/index.ts';
import { gapsOf, type Silence, whilePolling } from './availability.ts';

/** Of each kind, for a page: a run of hours has more than anybody looks at. */
const MAX_SPANS = 20_000;
/** An application that comes back to its poll within this time has been working on what the last one brought. */
const SILENT_AFTER_US = 5_000_000;

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
  readonly #tell: (fact: MemberFact) => void;
  /** By client: who it is. */
  readonly #members = new Map<string, Membership>();
  /** By `client log`: since when it owns it. */
  readonly #owned = new Map<string, number>();
  readonly #memberships: MembershipSpan[] = [];
  readonly #ownership: OwnershipSpan[] = [];
  readonly #rebalances: RebalanceMark[] = [];
  readonly #commits = { ok: 0, fail: 0, unknown: 0 };
  /** By client: since when its application has not polled. */
  readonly #awaySince = new Map<string, number>();
  readonly #silences: Silence[] = [];
  readonly #lagRead: number[] = [];
  readonly #lagCommitted: number[] = [];
  /** The highest offset, exclusive, that any member committed, by log; for lag. */
  readonly committed = new Map<string, number>();

  /** `tell` hears at once of what a check judges by. */
  constructor(group: string, now: () => number, tell: (fact: MemberFact) => void = () => {}) {
    this.group = group;
    this.#now = now;
    this.#tell = tell;
  }

  /** Hears one member. `reposition` is told of every partition whose reading begins anew. */
  listener(client: string, reposition: (log: string) => void): GroupListener {
    return {
      onAssigned: (_now, partitions) => {
        this.#mark(client, 'assigned', partitions);
        this.#tell({ kind: 'assigned', client, group: this.group, logs: namesOf(partitions) });
        for (const log of namesOf(partitions)) {
          this.#owned.set(`${client} ${log}`, this.#now());
          reposition(log);
        }
      },
      onRevoked: (_now, partitions) => this.#giveUp(client, 'revoked', partitions),
      onLost: (_now, partitions) => this.#giveUp(client, 'lost', partitions),
      onMembership: (_now, member) => this.#become(client, member),
      onCommit: (_now, { offsets }) => {
        const named = offsets.map(({ offset, partition, topic }) => ({
          log: `${topic}-${partition}`,
          offset,
        }));
        this.#tell({ kind: 'committing', client, group: this.group, offsets: named });
      },
      onCommitted: (_now, commit, error, outcome) => this.#onCommitted(commit, error, outcome),
      onCommittedPosition: (_now, topic, partition, offset) => {
        reposition(`${topic}-${partition}`);
        this.onPositioned(client, topic, partition, offset);
      },
    };
  }

  /** A member reads on from here. */
  readonly onPositioned = (client: string, topic: string, partition: number, position: number): void => {
    const log = `${topic}-${partition}`;
    this.#tell({ kind: 'positioned', client, group: this.group, log, position });
  };

  /** The application's last call has returned, and this is its next. */
  onCall(client: string, isPoll: boolean): void {
    const now = this.#now();
    const since = this.#awaySince.get(client) ?? now;
    if (!isPoll) {
      this.#awaySince.set(client, since);
      return;
    }
    this.#awaySince.delete(client);
    if (now - since > SILENT_AFTER_US && this.#silences.length < MAX_SPANS)
      this.#silences.push({ client, from: since, to: now });
  }

  /** At the end of an interval: how far the group is behind the ends of its logs. */
  sample(ends: Iterable<readonly [log: string, end: number]>, positions: ReadonlyMap<string, number>): void {
    let read = 0;
    let committed = 0;
    for (const [log, end] of ends) {
      read += Math.max(0, end - Math.max(0, positions.get(`${this.group} ${log}`) ?? 0));
      committed += Math.max(0, end - (this.committed.get(log) ?? 0));
    }
    this.#lagRead.push(read);
    this.#lagCommitted.push(committed);
  }

  /** A member's process is gone, and with it what it owned. */
  onGone(client: string): void {
    this.#tell({ kind: 'member gone', client, group: this.group });
    this.#awaySince.delete(client);
    this.#endMembership(client);
    for (const key of [...this.#owned.keys()]) {
      if (key.startsWith(`${client} `)) this.#endOwnership(client, key.slice(client.length + 1));
    }
  }

  /** A member by its own word: who it is, '' when it is not in, and what it owns. */
  standing(client: string): { readonly memberId: string; readonly owned: string[] } {
    const prefix = `${client} `;
    const owned = [...this.#owned.keys()].filter((key) => key.startsWith(prefix));
    return {
      memberId: this.#members.get(client)?.member.memberId ?? '',
      owned: owned.map((key) => key.slice(prefix.length)),
    };
  }

  /** Who owns a partition by its own word, if anybody does. */
  ownersOf(log: string): string[] {
    const suffix = ` ${log}`;
    return [...this.#owned.keys()]
      .filter((key) => key.endsWith(suffix))
      .map((key) => key.slice(0, -suffix.length));
  }

  /**
   * Everything, with what is still open ended now, and times counted from the start of the traffic. `paused`: when
   * processes stood still, counted from the start of the run as `changes` are.
   */
  outcome(
    fromUs: number,
    logs: readonly string[],
    changes: readonly GroupChange[],
    paused: readonly Silence[],
  ): GroupOutcome {
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
    const away = [...this.#awaySince]
      .map(([client, from]) => ({ client, from, to: now }))
      .filter(({ from, to }) => to - from > SILENT_AFTER_US);
    const polled = whilePolling(ownership, [...this.#silences, ...away, ...paused]);
    const unavailable = gapsOf(polled, logs, fromUs, now);
    return {
      group: this.group,
      changes: changes.map((change) => ({ ...change, at: change.at - fromUs })),
      lagRead: this.#lagRead,
      lagCommitted: this.#lagCommitted,
      memberships: shifted(memberships),
      ownership: shifted(ownership),
      rebalances: this.#rebalances.map((mark) => ({ ...mark, at: mark.at - fromUs })),
      commits: { ...this.#commits },
      unownedUs: gapsOf(ownership, logs, fromUs, now).totalUs,
      unavailableUs: unavailable.totalUs,
      longestUnavailableUs: unavailable.longestUs,
    };
  }

  #onCommitted(commit: CommitCall, error: CommitError | null, outcome: 'ok' | FailureOutcome): void {
    this.#commits[outcome]++;
    if (error === null) this.onPositions(commit.offsets);
  }

  /** These are committed, by a call of a member or in a transaction. */
  onPositions(offsets: readonly GroupOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      const log = `${topic}-${partition}`;
      this.committed.set(log, Math.max(this.committed.get(log) ?? 0, offset));
    }
  }

  #become(client: string, member: ConsumerGroupMetadata): void {
    this.#endMembership(client);
    const { generationId: memberEpoch, memberId } = member;
    this.#tell({ kind: 'member', client, group: this.group, memberId, memberEpoch });
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
    const logs = namesOf(partitions);
    this.#tell({ kind: 'given up', client, group: this.group, logs });
    for (const log of logs) this.#endOwnership(client, log);
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

import { MS, type Outbox, type Us } from '../../../machine/index.ts';
import type { Decision, ShardTimers } from '../../runtime/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ConsumerGroup } from './consumer-group.ts';

/** Throws a member out. `memberEpoch` null: in whatever epoch it is; else only if it is still in this one. */
export type Expel = (
  now: Us,
  groupId: string,
  memberId: string,
  memberEpoch: number | null,
  out: Outbox,
) => Decision<GroupRecord> | null;

/** What a member has a time for: to be heard of, to give up partitions; in the classic protocol to join, to sync. */
const KINDS = ['session', 'rebalance', 'join', 'sync'] as const;
type Kind = (typeof KINDS)[number];

/** Timers of members; each throws its member out. None is in a record: a coordinator that takes over begins anew. */
export class MemberTimers {
  readonly #timers: ShardTimers<GroupRecord>;
  readonly #expel: Expel;

  constructor(timers: ShardTimers<GroupRecord>, expel: Expel) {
    this.#timers = timers;
    this.#expel = expel;
  }

  startSession(now: Us, groupId: string, memberId: string, timeoutMs: number, out: Outbox): void {
    this.#start('session', now, groupId, memberId, timeoutMs, null, out);
  }

  /** Until then it has left the epoch in which it was asked to give partitions up. */
  startRebalance(
    now: Us,
    groupId: string,
    memberId: string,
    memberEpoch: number,
    timeoutMs: number,
    out: Outbox,
  ): void {
    this.#start('rebalance', now, groupId, memberId, timeoutMs, memberEpoch, out);
  }

  cancelRebalance(groupId: string, memberId: string): void {
    this.#timers.cancel(key('rebalance', groupId, memberId));
  }

  /** Does not begin anew with every heartbeat that says so. */
  startJoinIfAbsent(now: Us, groupId: string, memberId: string, timeoutMs: number, out: Outbox): void {
    if (!this.#timers.has(key('join', groupId, memberId))) {
      this.#start('join', now, groupId, memberId, timeoutMs, null, out);
    }
  }

  cancelJoin(groupId: string, memberId: string): void {
    this.#timers.cancel(key('join', groupId, memberId));
  }

  startSync(now: Us, groupId: string, memberId: string, timeoutMs: number, out: Outbox): void {
    this.#start('sync', now, groupId, memberId, timeoutMs, null, out);
  }

  cancelSync(groupId: string, memberId: string): void {
    this.#timers.cancel(key('sync', groupId, memberId));
  }

  cancelAll(groupId: string, memberId: string): void {
    for (const kind of KINDS) this.#timers.cancel(key(kind, groupId, memberId));
  }

  cancelGroup(group: ConsumerGroup): void {
    for (const { memberId } of group.members()) this.cancelAll(group.groupId, memberId);
  }

  #start(
    kind: Kind,
    now: Us,
    groupId: string,
    memberId: string,
    timeoutMs: number,
    memberEpoch: number | null,
    out: Outbox,
  ): void {
    this.#timers.schedule(
      now,
      key(kind, groupId, memberId),
      timeoutMs * MS,
      (at, to) => this.#expel(at, groupId, memberId, memberEpoch, to),
      out,
      true,
    );
  }
}

/** No id holds a line break. */
function key(kind: Kind, groupId: string, memberId: string): string {
  return `consumer ${kind}\n${groupId}\n${memberId}`;
}

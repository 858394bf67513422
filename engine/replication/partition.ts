import type { Log } from '../log/index.ts';
import { assert, type Outbox, type Us } from '../machine/index.ts';
import { CONSUMER_OFFSETS, type PartitionRegistration, TRANSACTION_STATE } from '../metadata/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { FetchEntry } from './fetch-entry.ts';
import type { FollowerRole } from './follower-role.ts';
import { committedIsr } from './isr-state.ts';
import type { LeaderRole } from './leader-role.ts';
import type { AwaitedOffset } from './parked-produce.ts';
import { RemoteReplica } from './remote-replica.ts';
import type { ReplicaView } from './replica-view.ts';

/**
 * What a hosted replica is at the moment. `new` has no role yet, `offline` lost its log directory and stays so until
 * the process restarts, `stopped` was deleted and serves nobody any more.
 */
export type Role = { readonly kind: 'new' | 'offline' | 'stopped' } | LeaderRole | FollowerRole;

const LEGAL: Readonly<Record<Role['kind'], readonly Role['kind'][]>> = {
  new: ['leader', 'follower', 'offline', 'stopped'],
  leader: ['leader', 'follower', 'offline', 'stopped'],
  follower: ['leader', 'follower', 'offline', 'stopped'],
  offline: ['stopped'],
  stopped: [],
};

/** What happened to a partition since parked work was last settled: bits of `Partition.news`. */
export const News = { End: 1, HighWatermark: 2, Role: 4, LogStart: 8 } as const;

/**
 * One replica on this broker (`Partition`). It owns the role, the epochs and the log; it decides nothing about others.
 *
 * Invariants: `partitionEpoch` and `leaderEpoch` never go back; a role is replaced whole; `log` is null exactly in
 * the roles `new`, `offline` and `stopped`.
 */
export class Partition implements ReplicaView {
  /** `topic-index`: the name of its log. */
  readonly name: string;
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  /** A coordinator of this broker waits for what it wrote here. */
  readonly isCoordinators: boolean;
  #log: Log | null = null;
  #future: Log | null = null;
  #role: Role = { kind: 'new' };
  #leaderEpoch = -1;
  #partitionEpoch = -1;
  /** The effective configuration of the topic, refreshed when configurations change. */
  minInsyncReplicas = 1;
  /** The assignment from the metadata, in its order. */
  replicas: readonly number[] = [];
  /** Replicas that an ongoing reassignment adds. */
  addingReplicas: readonly number[] = [];

  /** Fetches, cached in sessions or parked, that want to know about changes here. */
  readonly watchers = new Set<FetchEntry>();
  /** acks=all produces waiting for the high watermark, by required offset, the lowest first. */
  readonly awaited: AwaitedOffset[] = [];
  #notedLogStart = -1;
  /** Bits of `News`; not zero while it waits in the list of partitions to settle. */
  news = 0;

  constructor(topic: string, topicId: string, index: number) {
    this.topic = topic;
    this.topicId = topicId;
    this.index = index;
    this.name = `${topic}-${index}`;
    this.isCoordinators = topic === CONSUMER_OFFSETS || topic === TRANSACTION_STATE;
  }

  get log(): Log | null {
    return this.#log;
  }

  /** The log that will take the place of `log`, from another directory (KIP-113). */
  get future(): Log | null {
    return this.#future;
  }

  get role(): Role {
    return this.#role;
  }

  /** The leader's state if this broker leads, else null. */
  get leading(): LeaderRole | null {
    return this.#role.kind === 'leader' ? this.#role : null;
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  get partitionEpoch(): number {
    return this.#partitionEpoch;
  }

  /** The leader's id as far as this replica knows, or -1. */
  leaderId(nodeId: number): number {
    if (this.#role.kind === 'leader') return nodeId;
    return this.#role.kind === 'follower' ? this.#role.leader : -1;
  }

  get isr(): readonly number[] {
    return this.#role.kind === 'leader' ? this.#role.isrState.isr : [];
  }

  get maximalIsr(): readonly number[] {
    return this.#role.kind === 'leader' ? this.#role.isrState.maximalIsr : [];
  }

  get leaderEpochStartOffset(): number {
    return this.#role.kind === 'leader' ? this.#role.leaderEpochStartOffset : -1;
  }

  /** The log of a replica that has a role. */
  openLog(): Log {
    const log = this.#log;
    assert(log !== null, () => `${this.name} is ${this.#role.kind} and has no log`);
    return log;
  }

  attachLog(log: Log): void {
    assert(this.#role.kind === 'new' || this.#log === log, 'a replica keeps its log for life');
    this.#log = log;
  }

  /**
   * `makeLeader`. Returns false when the registration is older than what this replica already knows: the answer to an
   * AlterPartition can overtake the metadata log.
   */
  becomeLeader(now: Us, nodeId: number, registration: PartitionRegistration, out: Outbox): boolean {
    if (registration.partitionEpoch < this.#partitionEpoch) {
      out.probe('older partition epoch ignored');
      return false;
    }
    const log = this.openLog();
    const previous = this.leading;
    const isNewEpoch = registration.leaderEpoch > this.#leaderEpoch;
    assert(previous !== null || isNewEpoch, () => `${this.name} leads again in epoch ${this.#leaderEpoch}`);
    if (registration.leaderRecoveryState === 'RECOVERING') out.probe('recovering leader marked as recovered');

    const isKnown = previous !== null && registration.partitionEpoch === this.#partitionEpoch;
    // Metadata that only repeats what an AlterPartition answer has told already must not forget a proposal made since:
    // the controller may accept it, and elect a newcomer whom the high watermark no longer waits for. Kafka does forget
    // it (`Partition.makeLeader` takes equal partition epochs as safe), which breaks KIP-497's maximal ISR for a while.
    const isrState = isKnown ? previous.isrState : committedIsr(registration.isr);
    if (isKnown && isrState.kind !== 'committed') out.probe('isr change kept over metadata known before');
    const remotes = remotesFor(registration.replicas, nodeId, previous);
    let leaderEpochStartOffset = previous === null ? -1 : previous.leaderEpochStartOffset;
    if (isNewEpoch) {
      // The new epoch goes into the cache before anything is appended or served: followers of a short-lived later
      // epoch must find an entry to truncate to (KIP-101, `Partition.makeLeader`).
      leaderEpochStartOffset = log.logEndOffset;
      log.assignEpoch(registration.leaderEpoch, leaderEpochStartOffset);
      for (const remote of remotes) {
        remote.reset(now, leaderEpochStartOffset, previous === null, isrState.isr.includes(remote.id));
      }
    }
    this.#become({ kind: 'leader', leaderEpochStartOffset, remotes, isrState });
    this.#accept(registration);
    if (isNewEpoch) {
      out.fact({
        fact: 'replica became leader',
        log: this.name,
        leaderEpoch: this.#leaderEpoch,
        leaderEpochStartOffset,
        highWatermark: log.highWatermark,
        isr: isrState.isr,
      });
    }
    this.emitIsr(out);
    return true;
  }

  /** `makeFollower`. Returns whether the leader epoch is a new one, or null when the registration is an old one. */
  becomeFollower(registration: PartitionRegistration, out: Outbox): boolean | null {
    if (registration.partitionEpoch < this.#partitionEpoch) {
      out.probe('older partition epoch ignored');
      return null;
    }
    this.openLog();
    const isNewEpoch = registration.leaderEpoch > this.#leaderEpoch;
    const before = this.#role;
    const steppedDown = before.kind !== 'follower' || before.leader !== registration.leader;
    this.#become({ kind: 'follower', leader: registration.leader });
    this.#accept(registration);
    if (isNewEpoch || steppedDown) {
      out.fact({
        fact: 'replica became follower',
        log: this.name,
        leaderEpoch: this.#leaderEpoch,
        leader: registration.leader,
      });
    }
    return isNewEpoch;
  }

  attachFuture(future: Log): void {
    assert(this.#log !== null && this.#log !== future, 'a future log stands beside a current one');
    this.#future = future;
  }

  dropFuture(): void {
    this.#future = null;
  }

  /** The future log has become the current one: it ends where that ended, and the role goes on. */
  replaceLog(log: Log): void {
    assert(this.openLog().logEndOffset === log.logEndOffset, 'a promoted log has all of the one it replaces');
    this.#log = log;
    this.#future = null;
  }

  /** The log directory failed. */
  becomeOffline(): void {
    this.#become({ kind: 'offline' });
    this.#log = null;
    this.#future = null;
  }

  /** Deleted, or no longer assigned here. */
  becomeStopped(): void {
    this.#become({ kind: 'stopped' });
    this.#log = null;
    this.#future = null;
  }

  /** Whether the log start moved since the last call. */
  noteLogStart(): boolean {
    const logStartOffset = this.#log === null ? -1 : this.#log.logStartOffset;
    if (logStartOffset === this.#notedLogStart) return false;
    this.#notedLogStart = logStartOffset;
    return true;
  }

  /** The controller's answer, which may come before the metadata log tells the same. */
  acceptPartitionEpoch(partitionEpoch: number): void {
    assert(partitionEpoch >= this.#partitionEpoch, 'the partition epoch never goes back');
    this.#partitionEpoch = partitionEpoch;
  }

  /**
   * Fencing of whoever speaks for an epoch (KIP-320): a caller behind must refresh its metadata, a caller ahead must
   * wait for this broker to catch up. -1 means that the caller does not say.
   */
  rejectLeaderEpoch(currentLeaderEpoch: number): number {
    if (currentLeaderEpoch === -1 || currentLeaderEpoch === this.#leaderEpoch) return ErrorCode.NONE;
    return currentLeaderEpoch < this.#leaderEpoch
      ? ErrorCode.FENCED_LEADER_EPOCH
      : ErrorCode.UNKNOWN_LEADER_EPOCH;
  }

  /** The epoch check, and then the role check: the order that KAFKA-14078 restored. */
  rejectRead(currentLeaderEpoch: number, leaderOnly: boolean): number {
    const error = this.rejectLeaderEpoch(currentLeaderEpoch);
    if (error !== ErrorCode.NONE) return error;
    if (leaderOnly ? this.#role.kind !== 'leader' : this.#log === null)
      return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return ErrorCode.NONE;
  }

  emitIsr(out: Outbox): void {
    const leading = this.leading;
    assert(leading !== null, 'only a leader has an ISR');
    out.fact({
      fact: 'isr changed',
      log: this.name,
      leaderEpoch: this.#leaderEpoch,
      partitionEpoch: this.#partitionEpoch,
      isr: leading.isrState.isr,
      maximalIsr: leading.isrState.maximalIsr,
    });
  }

  #become(role: Role): void {
    const from = this.#role.kind;
    assert(LEGAL[from].includes(role.kind), () => `${this.name}: ${from} must not become ${role.kind}`);
    this.#role = role;
  }

  #accept(registration: PartitionRegistration): void {
    assert(registration.leaderEpoch >= this.#leaderEpoch, 'the leader epoch never goes back');
    this.#leaderEpoch = registration.leaderEpoch;
    this.#partitionEpoch = registration.partitionEpoch;
    this.replicas = registration.replicas;
    this.addingReplicas = registration.addingReplicas;
  }
}

/** The other replicas of the assignment, by id. Who stays keeps what the leader knows of it. */
function remotesFor(
  replicas: readonly number[],
  nodeId: number,
  previous: LeaderRole | null,
): readonly RemoteReplica[] {
  const remotes: RemoteReplica[] = [];
  for (const id of replicas) {
    if (id === nodeId) continue;
    remotes.push(previous?.remotes.find((remote) => remote.id === id) ?? new RemoteReplica(id));
  }
  return remotes.sort((a, b) => a.id - b.id);
}

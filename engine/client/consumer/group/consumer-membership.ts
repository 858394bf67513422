import { assert, MS, type Outbox, type Us } from '../../../machine/index.ts';
import { type ConsumerGroupHeartbeatResponse, randomUuid } from '../../../wire/index.ts';
import type { TopicPartition } from '../../ports.ts';
import type { CallbackTasks } from './callback-tasks.ts';
import type { Commits } from './commits.ts';
import type { GroupContext } from './group-context.ts';
import {
  type LocalAssignment,
  NO_ASSIGNMENT,
  type PartitionsById,
  partitionsById,
  sameAssignment,
  samePartitions,
  updatedWith,
} from './local-assignment.ts';
import { canFollow, type MemberState } from './member-state.ts';
import { sorted, without } from './partition-list.ts';
import { TargetNames } from './target-names.ts';

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;
/** A static member that will come back. */
const LEAVE_STATIC_EPOCH = -2;

/** What the membership tells: a new epoch, and what is assigned for good. */
export interface MembershipListener {
  onEpoch(now: Us, memberEpoch: number): void;
  onReconciled(now: Us): void;
}

/**
 * The membership of a KIP-848 group (`AbstractMembershipManager`, `ConsumerMembershipManager`): the coordinator sends a
 * target, the member gives up what is not in it, takes what is new, and says so with its next heartbeat.
 */
export class ConsumerMembership {
  readonly memberId: string;
  readonly #context: GroupContext;
  readonly #tasks: CallbackTasks;
  readonly #commits: Commits;
  readonly #listener: MembershipListener;
  readonly #names: TargetNames;
  #state: MemberState = 'UNSUBSCRIBED';
  #epoch = 0;
  #current: LocalAssignment = NO_ASSIGNMENT;
  #target: LocalAssignment = NO_ASSIGNMENT;
  #isReconciling = false;
  #rejoinedMeanwhile = false;
  #hasSubscribed = false;
  #isPollExpired = false;
  /** A stale member joins again when its application knows what it has lost. */
  #isReleased = true;
  #rejoinsWhenReleased = false;
  /** A leave that was asked for is under way. */
  isLeaveInProgress = false;

  constructor(context: GroupContext, tasks: CallbackTasks, commits: Commits, listener: MembershipListener) {
    this.memberId = randomUuid(context.random);
    this.#context = context;
    this.#tasks = tasks;
    this.#commits = commits;
    this.#listener = listener;
    this.#names = new TargetNames(context);
  }

  get state(): MemberState {
    return this.#state;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get current(): LocalAssignment {
    return this.#current;
  }

  get isLeaving(): boolean {
    return this.#state === 'PREPARE_LEAVING' || this.#state === 'LEAVING';
  }

  /** A heartbeat is due whatever the interval says. */
  get shouldHeartbeatNow(): boolean {
    return this.#state === 'ACKNOWLEDGING' || this.#state === 'LEAVING' || this.#state === 'JOINING';
  }

  get shouldSkipHeartbeat(): boolean {
    const state = this.#state;
    return state === 'UNSUBSCRIBED' || state === 'FATAL' || state === 'STALE' || state === 'FENCED';
  }

  #become(next: MemberState): void {
    assert(canFollow(this.#state, next), () => `a member does not go from ${this.#state} to ${next}`);
    this.#state = next;
  }

  #setEpoch(now: Us, epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#listener.onEpoch(now, epoch);
  }

  // ---------------------------------------------------------------- the application

  onSubscribed(): void {
    this.#hasSubscribed = true;
  }

  onPoll(now: Us): void {
    if (!this.#hasSubscribed) return;
    this.#hasSubscribed = false;
    if (this.#state === 'UNSUBSCRIBED') this.#joinAgain(now);
  }

  /** It polls again after it had been silent for too long. */
  rejoinStale(now: Us): void {
    this.#isPollExpired = false;
    if (this.#state !== 'STALE') return;
    if (this.#isReleased) this.#joinAgain(now);
    else this.#rejoinsWhenReleased = true;
  }

  /** `unsubscribe` or `close`; callbacks have run already when it closes. */
  leave(now: Us, runsCallbacks: boolean): void {
    const { subscription } = this.#context;
    if (this.#isNotInGroup()) {
      if (this.#state === 'FENCED') {
        this.#clearAssignment();
        this.#become('UNSUBSCRIBED');
      }
      subscription.unsubscribe();
      return;
    }
    if (this.isLeaving) return;
    this.#become('PREPARE_LEAVING');
    this.isLeaveInProgress = true;
    const dropped = sorted(subscription.assigned);
    const go = (then: Us): void => {
      // A fatal error may have ended it meanwhile.
      if (this.#state !== 'PREPARE_LEAVING') return;
      subscription.unsubscribe();
      this.#clearAssignment();
      this.sendLeave(then, false);
    };
    if (!runsCallbacks || dropped.length === 0) go(now);
    else if (this.#epoch > 0) {
      this.#pauseFetching(dropped);
      this.#tasks.add({ kind: 'revoked', partitions: dropped, done: go });
    } else this.#tasks.add({ kind: 'lost', partitions: dropped, done: go });
  }

  // ---------------------------------------------------------------- heartbeats

  sendLeave(now: Us, isPollExpired: boolean): void {
    if (this.#state === 'FATAL' || this.#state === 'UNSUBSCRIBED') return;
    if (isPollExpired) {
      this.#isPollExpired = true;
      this.#become('PREPARE_LEAVING');
    }
    const isStatic = this.#context.config['group.instance.id'] !== '';
    this.#setEpoch(now, isStatic ? LEAVE_STATIC_EPOCH : LEAVE_EPOCH);
    this.#current = NO_ASSIGNMENT;
    this.#become('LEAVING');
  }

  onHeartbeatSent(now: Us, out: Outbox): void {
    if (this.#state === 'ACKNOWLEDGING') {
      this.#become(sameAssignment(this.#current, this.#target) ? 'STABLE' : 'RECONCILING');
    } else if (this.#state === 'LEAVING') {
      if (this.#isPollExpired) this.#becomeStale(now, out);
      else this.#become('UNSUBSCRIBED');
    }
  }

  onHeartbeatSkipped(): void {
    if (this.#state !== 'LEAVING') return;
    this.#become('UNSUBSCRIBED');
    this.isLeaveInProgress = false;
  }

  onHeartbeatSuccess(now: Us, { memberEpoch, assignment }: ConsumerGroupHeartbeatResponse): void {
    if (this.#state === 'LEAVING') return;
    if (this.#state === 'UNSUBSCRIBED' && memberEpoch < 0) this.isLeaveInProgress = false;
    if (this.#isNotInGroup()) return;
    if (memberEpoch < 0) {
      this.isLeaveInProgress = false;
      return;
    }
    this.#setEpoch(now, memberEpoch);
    if (assignment === null || this.#state === 'PREPARE_LEAVING') return;
    this.#onTarget(partitionsById(assignment.topicPartitions));
  }

  onHeartbeatFailure(): void {
    if (this.#state === 'UNSUBSCRIBED') this.isLeaveInProgress = false;
  }

  becomeFenced(now: Us, out: Outbox): void {
    if (this.#state === 'PREPARE_LEAVING') {
      this.sendLeave(now, false);
      this.#become('UNSUBSCRIBED');
      this.isLeaveInProgress = false;
      return;
    }
    if (this.#state === 'LEAVING') {
      this.#become('UNSUBSCRIBED');
      this.isLeaveInProgress = false;
      return;
    }
    if (this.#isNotInGroup()) return;
    out.probe('member of a consumer group is fenced');
    this.#become('FENCED');
    this.#setEpoch(now, JOIN_EPOCH);
    this.#lose(now, (then) => {
      this.#clearAssignment();
      if (this.#state === 'FENCED') this.#joinAgain(then);
    });
  }

  becomeFatal(now: Us): void {
    const previous = this.#state;
    this.#become('FATAL');
    const wasLeaving = previous === 'LEAVING' || previous === 'PREPARE_LEAVING' || this.isLeaveInProgress;
    this.isLeaveInProgress = false;
    if (wasLeaving || previous === 'UNSUBSCRIBED') return;
    this.#lose(now, () => this.#clearAssignment());
  }

  #becomeStale(now: Us, out: Outbox): void {
    out.probe('member of a consumer group is stale');
    this.#become('STALE');
    this.#isReleased = false;
    this.#rejoinsWhenReleased = false;
    this.#lose(now, (then) => {
      this.#clearAssignment();
      this.#isReleased = true;
      if (this.#rejoinsWhenReleased && this.#state === 'STALE') this.#joinAgain(then);
    });
  }

  #joinAgain(now: Us): void {
    if (this.#state === 'FATAL') return;
    if (this.#isReconciling) this.#rejoinedMeanwhile = true;
    this.#setEpoch(now, JOIN_EPOCH);
    this.#become('JOINING');
    this.#target = NO_ASSIGNMENT;
    this.#names.clear();
  }

  #isNotInGroup(): boolean {
    const state = this.#state;
    return state === 'UNSUBSCRIBED' || state === 'FENCED' || state === 'FATAL' || state === 'STALE';
  }

  #lose(now: Us, then: (now: Us) => void): void {
    const partitions = sorted(this.#context.subscription.assigned);
    this.#pauseFetching(partitions);
    if (partitions.length === 0) then(now);
    else this.#tasks.add({ kind: 'lost', partitions, done: then });
  }

  #clearAssignment(): void {
    const { subscription } = this.#context;
    if (subscription.isAutoAssigned) subscription.assignFromGroup([]);
    this.#current = NO_ASSIGNMENT;
    this.#target = NO_ASSIGNMENT;
    this.#names.clear();
  }

  #pauseFetching(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const state = this.#context.subscription.find(topic, partition);
      if (state !== undefined) state.isPendingRevocation = true;
    }
  }

  // ---------------------------------------------------------------- reconciling

  #onTarget(partitions: PartitionsById): void {
    this.#target = updatedWith(this.#target, partitions);
    this.#names.follow(partitions);
    if (!sameAssignment(this.#current, this.#target)) this.#become('RECONCILING');
    else if (this.#state === 'RECONCILING' || this.#state === 'JOINING') this.#become('STABLE');
  }

  /** `isPolling`: positions do not change meanwhile, so that what is committed is what was handed out. */
  reconcile(now: Us, isPolling: boolean, out: Outbox): void {
    if (this.#state !== 'RECONCILING' || this.#isReconciling) return;
    if (sameAssignment(this.#current, this.#target)) return;
    const { resolved, partitions } = this.#names.resolve(this.#target.partitions);
    const next: LocalAssignment = { localEpoch: this.#target.localEpoch, partitions: resolved };
    const isKnown = this.#current.localEpoch >= 0 && samePartitions(this.#current.partitions, resolved);
    if (isKnown) {
      if (this.#current.localEpoch === next.localEpoch) return;
      this.#current = next;
      this.#become('ACKNOWLEDGING');
      return;
    }
    const { config, subscription } = this.#context;
    const owned = sorted(subscription.assigned);
    const added = without(partitions, owned);
    const revoked = without(owned, partitions);
    const commits = config['enable.auto.commit'];
    if (!isPolling && (commits || revoked.length > 0)) return;
    this.#isReconciling = true;
    this.#rejoinedMeanwhile = false;
    this.#pauseFetching(revoked);
    const go = (): void => {
      if (!this.#isAborted()) this.#revokeAndAssign(next, partitions, revoked, added);
    };
    const positions = commits ? this.#commits.positions() : [];
    if (positions.length === 0) {
      go();
      return;
    }
    const timeoutUs = config['max.poll.interval.ms'] * MS;
    const refresh = () => this.#commits.positions();
    // Whether it went well or not, the partitions have to go.
    this.#commits.commit(now, 'auto', positions, timeoutUs, go, out, refresh);
  }

  #revokeAndAssign(
    next: LocalAssignment,
    partitions: readonly TopicPartition[],
    revoked: readonly TopicPartition[],
    added: readonly TopicPartition[],
  ): void {
    const { subscription } = this.#context;
    const complete = (then: Us): void => {
      if (!this.#isReconciling || this.#isAborted()) return;
      this.#current = next;
      this.#listener.onReconciled(then);
      this.#become('ACKNOWLEDGING');
      this.#isReconciling = false;
    };
    const assign = (): void => {
      if (this.#isAborted()) return;
      this.#tasks.add({ kind: 'assigned', partitions: added, all: partitions, done: complete });
      this.#names.keep(partitions);
    };
    const stillOwned = revoked.filter(({ topic, partition }) => subscription.find(topic, partition));
    if (stillOwned.length === 0) assign();
    else this.#tasks.add({ kind: 'revoked', partitions: stillOwned, done: assign });
  }

  /** It was fenced, left or has joined again: another reconciliation follows. */
  #isAborted(): boolean {
    const isAborted = this.#state !== 'RECONCILING' || this.#rejoinedMeanwhile;
    if (isAborted) {
      this.#isReconciling = false;
      this.#rejoinedMeanwhile = false;
    }
    return isAborted;
  }
}

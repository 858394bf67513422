import { assert, type Us } from '../../machine/index.ts';
import type { OffsetResetPolicy } from './offset-reset.ts';

/**
 * Where one partition stands (`SubscriptionState.FetchStates`). Only 'fetching' has a position that may be
 * read from.
 */
export type FetchState = 'initializing' | 'fetching' | 'awaiting reset' | 'awaiting validation';

/** What to look for when a position is reset. */
export type ResetTarget = Exclude<OffsetResetPolicy, 'none'>;

const NO_REPLICA = -1;

/**
 * One partition as a consumer sees it (`SubscriptionState.TopicPartitionState`). One object for the
 * consumer's life: it is what fetch sessions and buffers know the partition by.
 */
export class PartitionState {
  readonly topic: string;
  readonly partition: number;
  isAssigned = false;
  isPaused = false;
  /** About to be given up: it is not read from any more while its position is committed. */
  isPendingRevocation = false;
  /** Its group has been asked, and has no position for it. */
  hasNoCommitted = false;
  /** Of the last fetch; -1: not known. */
  highWatermark = -1;
  lastStableOffset = -1;
  logStartOffset = -1;
  /** A look-up for this partition is under way or has failed: not again before this. */
  retryAt: Us = 0;
  #state: FetchState = 'initializing';
  #offset = -1;
  #offsetEpoch = -1;
  #leader = -1;
  #leaderEpoch = -1;
  #resetTarget: ResetTarget | null = null;
  #preferredReplica = NO_REPLICA;
  #preferredSince: Us = 0;
  #preferredUntil: Us = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get state(): FetchState {
    return this.#state;
  }

  /** The next offset to read; meaningful when fetching or awaiting validation. */
  get offset(): number {
    return this.#offset;
  }

  /** The leader epoch of the record before it, -1 when not known: then there is nothing to validate. */
  get offsetEpoch(): number {
    return this.#offsetEpoch;
  }

  /** The leader that the position was last checked against, -1 for none. */
  get leader(): number {
    return this.#leader;
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  get resetTarget(): ResetTarget | null {
    return this.#resetTarget;
  }

  get hasPosition(): boolean {
    return this.#state === 'fetching' || this.#state === 'awaiting validation';
  }

  get isFetchable(): boolean {
    if (this.isPendingRevocation) return false;
    return this.isAssigned && !this.isPaused && this.#state === 'fetching';
  }

  /** Starts from nothing: newly assigned. */
  initialize(): void {
    this.isAssigned = true;
    this.isPaused = false;
    this.isPendingRevocation = false;
    this.hasNoCommitted = false;
    this.#state = 'initializing';
    this.highWatermark = -1;
    this.lastStableOffset = -1;
    this.logStartOffset = -1;
    this.retryAt = 0;
    this.#offsetEpoch = -1;
    this.#resetTarget = null;
    this.#preferredReplica = NO_REPLICA;
  }

  requestReset(target: ResetTarget): void {
    this.#state = 'awaiting reset';
    this.#resetTarget = target;
    this.retryAt = 0;
  }

  /** A position that is known to be right, or that nobody can validate (epoch -1). */
  seek(offset: number, offsetEpoch: number, leader: number, leaderEpoch: number): void {
    this.#state = 'fetching';
    this.#offset = offset;
    this.#offsetEpoch = offsetEpoch;
    this.#leader = leader;
    this.#leaderEpoch = leaderEpoch;
    this.#resetTarget = null;
    this.retryAt = 0;
  }

  /** A position of which it is known of which epoch it is: it is validated before it is read from. */
  seekUnvalidated(offset: number, offsetEpoch: number, leader: number, leaderEpoch: number): void {
    this.seek(offset, offsetEpoch, leader, leaderEpoch);
    if (offsetEpoch >= 0 && leaderEpoch >= 0 && leader >= 0) this.#state = 'awaiting validation';
  }

  /** What was read up to, of records of this epoch. */
  advance(offset: number, offsetEpoch: number): void {
    assert(
      this.#state === 'fetching' && offset >= this.#offset,
      'a position that is read from moves forward',
    );
    this.#offset = offset;
    this.#offsetEpoch = offsetEpoch;
  }

  /**
   * Another leader, or another epoch of it: the position must be validated before it is read from, if it is
   * known of which epoch it is (KIP-320).
   */
  onLeader(leader: number, leaderEpoch: number): void {
    if (!this.hasPosition || leader < 0) return;
    if (leader === this.#leader && leaderEpoch === this.#leaderEpoch) return;
    this.#leader = leader;
    this.#leaderEpoch = leaderEpoch;
    this.#state = this.#offsetEpoch >= 0 && leaderEpoch >= 0 ? 'awaiting validation' : 'fetching';
    this.retryAt = 0;
    this.#preferredReplica = NO_REPLICA;
  }

  /** The position was found to lie on the leader's log. */
  completeValidation(): void {
    assert(this.#state === 'awaiting validation', 'a validation ends where one was awaited');
    this.#state = 'fetching';
    this.retryAt = 0;
  }

  /** KIP-392: a follower to read from instead, -1 for none. */
  preferredReplica(now: Us): number {
    if (this.#preferredReplica !== NO_REPLICA && now > this.#preferredUntil) {
      this.#preferredReplica = NO_REPLICA;
    }
    return this.#preferredReplica;
  }

  /** When the leader sent it there. */
  get preferredSince(): Us {
    return this.#preferredSince;
  }

  setPreferredReplica(now: Us, replica: number, until: Us): void {
    if (replica === this.#preferredReplica) return;
    this.#preferredReplica = replica;
    this.#preferredSince = now;
    this.#preferredUntil = until;
  }

  /** True when there was one. */
  clearPreferredReplica(): boolean {
    const had = this.#preferredReplica !== NO_REPLICA;
    this.#preferredReplica = NO_REPLICA;
    return had;
  }
}

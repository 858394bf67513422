import type { Outbox, Us } from '../../machine/index.ts';
import { assert } from '../../machine/index.ts';
import { ZERO_UUID } from '../../wire/index.ts';
import { sendBeginQuorumEpochRequests } from '../messages/begin-quorum-epoch.ts';
import { CATCH_UP_SESSION_US, CHECK_QUORUM_HALVES, OBSERVER_SESSION_TIMEOUT_US } from '../raft-config.ts';
import type { RaftCore } from '../raft-core.ts';
import { NEVER, POLL_AGAIN } from '../raft-timer.ts';
import type { KeyedVoter, VoterChange } from '../voter-change.ts';
import { expireVoterChange } from '../voter-changes.ts';
import type { ReplicaKey, VoterSet } from '../voters.ts';
import { byDescendingOffset, ReplicaProgress } from './replica-progress.ts';

/** Observers that a leader remembers at a time. */
const MAX_OBSERVERS = 10_000;

/**
 * Leads its epoch: counts what the voters have, and gives up when it cannot reach a majority of them. It goes on
 * leading while its own removal from the voters is under way, and does not count itself then (KAFKA-16530).
 */
export class Leader {
  readonly kind = 'leader';
  readonly epoch: number;
  readonly leader: number;
  readonly voted = null;
  /** Where this epoch's records begin: the offset of its LeaderChange. */
  readonly epochStartOffset: number;
  readonly grantingVoters: readonly number[];
  /** -1 until a majority has a record of this epoch (`advanceHighWatermark`). */
  highWatermark = -1;
  resignRequested = false;
  beginQuorumAt: Us;
  /** The change of voters under way. */
  change: VoterChange | null = null;
  /**
   * While kraft.version is 0: the static voters with what each has told of itself (`KRaftVersionUpgrade.Voters`). An
   * upgrade writes them to the log; null from then on.
   */
  volatileVoters: VoterSet | null;
  /** The kraft.version that is being written (`KRaftVersionUpgrade.Version`), or -1. */
  requestedKRaftVersion = -1;
  #checkQuorumAt: Us;
  readonly #self: KeyedVoter;
  readonly #fetchTimeoutUs: Us;
  #progress: ReplicaProgress[];
  /** By id. */
  readonly #observers = new Map<number, ReplicaProgress>();
  /** Voters heard of since the quorum was last seen whole. */
  readonly #fetchedVoters = new Set<number>();

  constructor(
    epoch: number,
    self: KeyedVoter,
    epochStartOffset: number,
    grantingVoters: readonly number[],
    voters: VoterSet,
    isDynamic: boolean,
    fetchTimeoutUs: Us,
    now: Us,
  ) {
    assert(voters.isVoter(self.id, self.directoryId), 'a leader is elected as a voter');
    this.epoch = epoch;
    this.leader = self.id;
    this.#self = self;
    this.epochStartOffset = epochStartOffset;
    this.grantingVoters = grantingVoters;
    this.volatileVoters = isDynamic ? null : voters.updateIgnoringDirectory(self);
    this.#fetchTimeoutUs = fetchTimeoutUs;
    this.beginQuorumAt = now;
    this.#checkQuorumAt = now + this.#checkQuorumTimeoutUs;
    this.#progress = voters.nodes.map((node) => new ReplicaProgress(node.id, node.directoryId ?? ZERO_UUID));
  }

  get #checkQuorumTimeoutUs(): Us {
    return (this.#fetchTimeoutUs * CHECK_QUORUM_HALVES) >> 1;
  }

  get beginQuorumTimeoutUs(): Us {
    return this.#fetchTimeoutUs >> 1;
  }

  canGrantVote(_nominee: ReplicaKey, _isLogUpToDate: boolean, _preVote: boolean): boolean {
    return false;
  }

  poll(core: RaftCore, now: Us, out: Outbox): Us {
    const checkQuorumAt = this.#progress.length === 1 ? NEVER : this.#checkQuorumAt;
    if (now >= checkQuorumAt) out.probe('raft: leader lost touch with the majority');
    if (core.isShuttingDown || this.resignRequested || now >= checkQuorumAt) {
      core.becomeResigned(this.votersByDescendingOffset(), now, out);
      return POLL_AGAIN;
    }
    const changeAt = expireVoterChange(core, this, now);
    const drainAt = core.drainAppends(now, out);
    const beginAt = sendBeginQuorumEpochRequests(core, this, now);
    return Math.min(drainAt, beginAt, checkQuorumAt, changeAt);
  }

  /** A voter whose last fetch is older than half the fetch timeout may not know its leader. */
  isSilent(voter: number, now: Us): boolean {
    const progress = this.#voter(voter);
    if (progress === null) return false;
    return progress.lastFetchAt < 0 || now - progress.lastFetchAt >= this.beginQuorumTimeoutUs;
  }

  /**
   * A record of this epoch is committed. Only then may the voters be changed: an older leader's change that is not
   * committed could otherwise stand beside the new one, and the two majorities have no voter in common (the bug of
   * Raft's single-server changes, K8).
   */
  hasCommittedInEpoch(): boolean {
    return this.highWatermark >= 0;
  }

  isCommitted(offset: number): boolean {
    return offset < this.highWatermark;
  }

  /** The leader's own log is durable up to here. Returns whether the high watermark moved. */
  advanceLocal(logEndOffset: number): boolean {
    const own = this.#own();
    assert(own.endOffset <= logEndOffset, "a leader's log does not shrink");
    own.endOffset = logEndOffset;
    return this.#advanceHighWatermark();
  }

  /** A replica has all below `fetchOffset`. Returns whether the high watermark moved. */
  advanceReplica(id: number, directoryId: string, now: Us, fetchOffset: number): boolean {
    if (id < 0) return false;
    assert(id !== this.leader, 'a leader does not fetch from itself');
    const voter = this.#votingReplica(id, directoryId);
    const progress = voter ?? this.#observer(id, directoryId);
    progress.fetched(now, fetchOffset, this.#own().endOffset);
    if (voter === null) return false;
    this.heardOf(id, directoryId, now);
    return this.#advanceHighWatermark();
  }

  /** A voter has fetched, records or a snapshot: with a majority heard of, the quorum is whole again (KAFKA-15489). */
  heardOf(id: number, directoryId: string, now: Us): void {
    if (this.#votingReplica(id, directoryId) === null) return;
    this.#fetchedVoters.add(id);
    const majority = (this.#progress.length >> 1) + 1;
    const others = this.#isVoter() ? majority - 1 : majority;
    if (this.#fetchedVoters.size >= others) {
      this.#fetchedVoters.clear();
      this.#checkQuorumAt = now + this.#checkQuorumTimeoutUs;
    }
  }

  /** An observer that has come up to the end of the log once, and goes on fetching (`isReplicaCaughtUp`). */
  isCaughtUp(id: number, directoryId: string, now: Us): boolean {
    const observer = this.#observers.get(id);
    if (observer === undefined || !observer.matches(id, directoryId)) return false;
    return observer.lastCaughtUpAt >= 0 && observer.lastFetchAt > now - CATCH_UP_SESSION_US;
  }

  /** Other voters count from now on. Who stays, or was an observer, keeps what is known of it. */
  changeVoters(voters: VoterSet): void {
    const before = this.#progress;
    this.#progress = voters.nodes.map(({ id, directoryId }) => {
      const key = directoryId ?? ZERO_UUID;
      const observer = this.#observers.get(id);
      const isObserver = observer?.matches(id, key) === true;
      const progress =
        before.find((each) => each.matches(id, key)) ??
        (isObserver ? observer : new ReplicaProgress(id, key));
      if (isObserver) this.#observers.delete(id);
      progress.directoryId = key;
      return progress;
    });
    for (const old of before) {
      if (!this.#progress.includes(old) && !this.#observers.has(old.id)) this.#observers.set(old.id, old);
    }
  }

  votersByDescendingOffset(): readonly ReplicaKey[] {
    return [...this.#progress]
      .sort(byDescendingOffset)
      .filter((progress) => !progress.matches(this.leader, this.#self.directoryId))
      .map(({ id, directoryId }) => ({ id, directoryId }));
  }

  /** Those whose logs make a majority: the voters, whether the leader is among them or not. */
  voterProgress(): ReplicaProgress[] {
    return this.#progress;
  }

  /** Sorted by id; forgets those that have long been silent. */
  observerProgress(now: Us): readonly ReplicaProgress[] {
    for (const [id, progress] of this.#observers) {
      const isSilent = now - progress.lastFetchAt >= OBSERVER_SESSION_TIMEOUT_US;
      if (isSilent && id !== this.leader) this.#observers.delete(id);
    }
    return [...this.#observers.values()].sort((a, b) => a.id - b.id);
  }

  /**
   * The highest offset that a majority of the voters has, once it lies beyond the start of this epoch (`LeaderState`,
   * KAFKA-12619). The own-epoch rule, as Raft's figure 8 shows it:
   *
   *   A | e1 | e2 |      |     A wins e4, copies its e2 record to a majority, and dies before its first e4 record
   *   B | e1 | e2 |      |     is copied. C's log ends in e3 and wins e5: the e2 record goes away, although a
   *   C | e1 | e3 |            majority had it. So it must not have counted as committed.
   *
   * With other voters it may come out lower than before; it never goes back.
   */
  #advanceHighWatermark(): boolean {
    const ranked = this.voterProgress().sort(byDescendingOffset);
    const reached = (ranked[ranked.length >> 1] as ReplicaProgress).endOffset;
    if (reached <= this.epochStartOffset || reached <= this.highWatermark) return false;
    this.highWatermark = reached;
    return true;
  }

  #voter(id: number): ReplicaProgress | null {
    for (const progress of this.#progress) if (progress.id === id) return progress;
    return null;
  }

  #votingReplica(id: number, directoryId: string): ReplicaProgress | null {
    const voter = this.#voter(id);
    return voter?.matches(id, directoryId) === true ? voter : null;
  }

  #isVoter(): boolean {
    return this.#votingReplica(this.leader, this.#self.directoryId) !== null;
  }

  #own(): ReplicaProgress {
    const { directoryId } = this.#self;
    return this.#votingReplica(this.leader, directoryId) ?? this.#observer(this.leader, directoryId);
  }

  #observer(id: number, directoryId: string): ReplicaProgress {
    let observer = this.#observers.get(id);
    if (observer === undefined || observer.directoryId !== directoryId) {
      // Under another directory id it is another replica, with a log of its own.
      assert(this.#observers.size < MAX_OBSERVERS, 'observers are bounded by the brokers of a cluster');
      observer = new ReplicaProgress(id, directoryId);
      this.#observers.set(id, observer);
    }
    return observer;
  }
}

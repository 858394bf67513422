import type { Outbox, Us } from '../../machine/index.ts';
import { assert } from '../../machine/index.ts';
import { sendBeginQuorumEpochRequests } from '../messages/begin-quorum-epoch.ts';
import { CHECK_QUORUM_HALVES, OBSERVER_SESSION_TIMEOUT_US } from '../raft-config.ts';
import type { RaftCore } from '../raft-core.ts';
import { NEVER, POLL_AGAIN } from '../raft-timer.ts';
import type { ReplicaKey, Voters } from '../voters.ts';
import { byDescendingOffset, ReplicaProgress } from './replica-progress.ts';

/** Observers that a leader remembers at a time. */
const MAX_OBSERVERS = 10_000;

/** Leads its epoch: counts what the voters have, and gives up when it cannot reach a majority of them. */
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
  #checkQuorumAt: Us;
  readonly #voters: Voters;
  readonly #fetchTimeoutUs: Us;
  readonly #progress: ReplicaProgress[];
  readonly #observers = new Map<number, ReplicaProgress>();
  /** Voters heard of since the quorum was last seen whole. */
  readonly #fetchedVoters = new Set<number>();

  constructor(
    epoch: number,
    self: number,
    epochStartOffset: number,
    grantingVoters: readonly number[],
    voters: Voters,
    directoryId: string,
    unknownDirectoryId: string,
    fetchTimeoutUs: Us,
    now: Us,
  ) {
    this.epoch = epoch;
    this.leader = self;
    this.epochStartOffset = epochStartOffset;
    this.grantingVoters = grantingVoters;
    this.#voters = voters;
    this.#fetchTimeoutUs = fetchTimeoutUs;
    this.beginQuorumAt = now;
    this.#checkQuorumAt = now + this.#checkQuorumTimeoutUs;
    this.#progress = voters.ids.map(
      (id) => new ReplicaProgress(id, id === self ? directoryId : unknownDirectoryId),
    );
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
    const checkQuorumAt = this.#voters.ids.length === 1 ? NEVER : this.#checkQuorumAt;
    if (now >= checkQuorumAt) out.probe('raft: leader lost touch with the majority');
    if (core.isShuttingDown || this.resignRequested || now >= checkQuorumAt) {
      core.becomeResigned(this.votersByDescendingOffset(), now, out);
      return POLL_AGAIN;
    }
    const drainAt = core.drainAppends(now, out);
    const beginAt = sendBeginQuorumEpochRequests(core, this, now);
    return Math.min(drainAt, beginAt, checkQuorumAt);
  }

  /** A voter whose last fetch is older than half the fetch timeout may not know its leader. */
  isSilent(voter: number, now: Us): boolean {
    const progress = this.#voterProgress(voter);
    return progress.lastFetchAt < 0 || now - progress.lastFetchAt >= this.beginQuorumTimeoutUs;
  }

  /** The leader's own log is durable up to here. Returns whether the high watermark moved. */
  advanceLocal(logEndOffset: number): boolean {
    const own = this.#voterProgress(this.leader);
    assert(own.endOffset <= logEndOffset, "a leader's log does not shrink");
    own.endOffset = logEndOffset;
    return this.#advanceHighWatermark();
  }

  /** A replica has all below `fetchOffset`. Returns whether the high watermark moved. */
  advanceReplica(id: number, directoryId: string, now: Us, fetchOffset: number): boolean {
    if (id < 0) return false;
    assert(id !== this.leader, 'a leader does not fetch from itself');
    const isVoter = this.#voters.has(id);
    const progress = isVoter ? this.#voterProgress(id) : this.#observer(id, directoryId);
    progress.fetched(now, fetchOffset, this.#voterProgress(this.leader).endOffset);
    if (!isVoter) return false;
    this.heardOf(id, now);
    return this.#advanceHighWatermark();
  }

  /** A voter has fetched, records or a snapshot: with a majority heard of, the quorum is whole again (KAFKA-15489). */
  heardOf(id: number, now: Us): void {
    if (!this.#voters.has(id)) return;
    this.#fetchedVoters.add(id);
    if (this.#fetchedVoters.size >= this.#voters.majority - 1) {
      this.#fetchedVoters.clear();
      this.#checkQuorumAt = now + this.#checkQuorumTimeoutUs;
    }
  }

  votersByDescendingOffset(): readonly number[] {
    return [...this.#progress]
      .sort(byDescendingOffset)
      .filter((progress) => progress.id !== this.leader)
      .map((progress) => progress.id);
  }

  voterProgress(): readonly ReplicaProgress[] {
    return this.#progress;
  }

  /** Sorted by id; forgets those that have long been silent. */
  observerProgress(now: Us): readonly ReplicaProgress[] {
    for (const [id, progress] of this.#observers) {
      if (now - progress.lastFetchAt >= OBSERVER_SESSION_TIMEOUT_US) this.#observers.delete(id);
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
   */
  #advanceHighWatermark(): boolean {
    const ranked = this.#progress;
    ranked.sort(byDescendingOffset);
    const reached = (ranked[this.#voters.majority - 1] as ReplicaProgress).endOffset;
    if (reached <= this.epochStartOffset || reached <= this.highWatermark) return false;
    this.highWatermark = reached;
    return true;
  }

  #voterProgress(id: number): ReplicaProgress {
    for (const progress of this.#progress) if (progress.id === id) return progress;
    throw new Error(`no voter ${id}`);
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

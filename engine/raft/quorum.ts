import type { Endpoint, Outbox, Random, Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import type { Election } from './election-file.ts';
import { NEVER } from './raft-timer.ts';
import { Candidate } from './roles/candidate.ts';
import { Follower } from './roles/follower.ts';
import { Leader } from './roles/leader.ts';
import { Prospective } from './roles/prospective.ts';
import { Resigned } from './roles/resigned.ts';
import type { Role } from './roles/role.ts';
import { NEXT_ROLES } from './roles/role.ts';
import { Unattached } from './roles/unattached.ts';
import type { KeyedVoter } from './voter-change.ts';
import type { VoterHistory } from './voter-history.ts';
import {
  MAX_KRAFT_VERSION,
  MIN_KRAFT_VERSION,
  type ReplicaKey,
  sameReplica,
  type VoterSet,
} from './voters.ts';

/** Fetch timeouts between two looks of a follower at the voters (`FollowerState.updateVoterPeriodMs`). */
export const UPDATE_PERIODS = 2;

/** Who this replica is among the others. */
export interface Self {
  readonly id: number;
  readonly directoryId: string;
  /**
   * A controller: votes when it is among the voters, and syncs its log before it acknowledges even while it is not, for
   * the voters may come to count on it (KAFKA-13884). A broker is an observer for ever.
   */
  readonly canVote: boolean;
  /** Where it listens; null for a broker. */
  readonly endpoint: Endpoint | null;
}

/** This controller as it would have the voters know it. */
export function voterNodeOf(self: Self): KeyedVoter {
  const { id, directoryId, endpoint } = self;
  assert(endpoint !== null, 'a controller knows where it listens');
  const { host, port } = endpoint;
  return { id, directoryId, host, port, minVersion: MIN_KRAFT_VERSION, maxVersion: MAX_KRAFT_VERSION };
}

/**
 * The role of this replica and its lawful changes (`QuorumState`). Notes when a change must become durable before
 * anything that follows from it is said; what follows from a change is the business of `RaftCore`.
 */
export class Quorum {
  readonly #self: Self;
  readonly #history: VoterHistory;
  readonly #random: Random;
  readonly #electionTimeoutUs: Us;
  readonly #fetchTimeoutUs: Us;
  #role: Role = new Unattached(0, -1, null, -1, NEVER);
  #isDirty = false;

  constructor(self: Self, history: VoterHistory, random: Random, electionTimeoutUs: Us, fetchTimeoutUs: Us) {
    this.#self = self;
    this.#history = history;
    this.#random = random;
    this.#electionTimeoutUs = electionTimeoutUs;
    this.#fetchTimeoutUs = fetchTimeoutUs;
  }

  /** As the log's end says, whether that is committed or not. */
  get voters(): VoterSet {
    return this.#history.current;
  }

  get isVoter(): boolean {
    const { id, directoryId, canVote } = this.#self;
    return canVote && this.voters.isVoter(id, directoryId);
  }

  get role(): Role {
    return this.#role;
  }

  /** The election state has changed and is not yet on its way to the disk. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  /** What the disk must remember of the present role. */
  takeElection(): Election {
    this.#isDirty = false;
    const role = this.#role;
    if (role.kind === 'candidate' && role.elected)
      return { epoch: role.epoch, leader: this.#self.id, voted: null };
    return { epoch: role.epoch, leader: role.leader, voted: role.voted };
  }

  /**
   * Takes up where the disk says this replica was. A leader comes back resigned in its epoch: what it had not synced
   * is lost, and leading on would write other records at the same (offset, epoch) (KAFKA-10527).
   */
  initialize(election: Election | null, logEpoch: number, now: Us, out: Outbox): void {
    const { epoch, leader, voted } = election ?? { epoch: 0, leader: -1, voted: null };
    const self = this.#self;
    const isOwnVote = voted !== null && sameReplica(voted, this.#key());
    if (epoch < logEpoch) {
      out.probe('raft: log ahead of quorum-state');
      this.#role = new Unattached(logEpoch, -1, null, -1, this.#electionAt(now));
    } else if (leader === self.id && self.canVote) {
      out.probe('raft: former leader restarted as resigned');
      this.#role = new Resigned(epoch, self.id, this.#drawElectionAt(now), [], this.#peers());
    } else if (isOwnVote && this.isVoter) {
      this.#role = new Candidate(epoch, this.#key(), -1, this.#electionAt(now), this.voters);
    } else if (leader >= 0 && this.voters.has(leader)) {
      this.#role = this.#follower(epoch, leader, voted, -1, now);
    } else {
      this.#role = new Unattached(epoch, leader, voted, -1, this.#electionAt(now));
    }
    this.#isDirty = true;
    this.#tell(out);
  }

  /** A higher epoch without a leader, a lost pre-vote, or the end of a resignation. */
  becomeUnattached(epoch: number, leader: number, now: Us, out: Outbox): void {
    const from = this.#role;
    assert(
      epoch > from.epoch || (epoch === from.epoch && from.kind === 'prospective'),
      () => `unattached in epoch ${epoch} after ${from.kind} in epoch ${from.epoch}`,
    );
    // Who waited already does not start to wait anew: a higher epoch alone must not put an election off for ever.
    const keepsWaiting =
      from.kind === 'candidate' ||
      from.kind === 'unattached' ||
      from.kind === 'resigned' ||
      (from.kind === 'prospective' && !from.tally.isRejected);
    const electionAt = keepsWaiting && this.isVoter ? from.electionAt : this.#electionAt(now);
    const voted = epoch === from.epoch ? from.voted : null;
    this.#become(new Unattached(epoch, leader, voted, from.highWatermark, electionAt), out);
    this.#isDirty = true;
  }

  /** Gives this epoch's one vote, and lets the nominee's election take its time. */
  addVote(nominee: ReplicaKey, now: Us, out: Outbox): void {
    const from = this.#role;
    assert(nominee.id !== this.#self.id, 'a request does not ask for a vote for oneself');
    assert(from.kind === 'unattached' || from.kind === 'prospective', () => `a vote by a ${from.kind}`);
    assert(from.voted === null, () => `a second vote in epoch ${from.epoch}`);
    const { epoch, leader, highWatermark } = from;
    const electionAt = this.#electionAt(now);
    this.#become(
      from.kind === 'unattached'
        ? new Unattached(epoch, leader, nominee, highWatermark, electionAt)
        : new Prospective(epoch, leader, nominee, highWatermark, electionAt, this.#self.id, this.voters),
      out,
    );
    this.#isDirty = true;
  }

  becomeFollower(epoch: number, leader: number, now: Us, out: Outbox): void {
    const from = this.#role;
    assert(leader !== this.#self.id, 'nobody follows himself');
    assert(
      epoch > from.epoch || (epoch === from.epoch && from.kind !== 'follower' && from.kind !== 'leader'),
      () => `follower in epoch ${epoch} after ${from.kind} in epoch ${from.epoch}`,
    );
    const voted = epoch === from.epoch ? from.voted : null;
    this.#become(this.#follower(epoch, leader, voted, from.highWatermark, now), out);
    this.#isDirty = true;
  }

  #follower(
    epoch: number,
    leader: number,
    voted: ReplicaKey | null,
    highWatermark: number,
    now: Us,
  ): Follower {
    const timeout = this.#fetchTimeoutUs;
    return new Follower(epoch, leader, voted, highWatermark, now + timeout, now + UPDATE_PERIODS * timeout);
  }

  /** Nothing changes on disk: a pre-vote takes no epoch and gives no vote. */
  becomeProspective(now: Us, out: Outbox): void {
    const from = this.#role;
    const { epoch, leader, voted, highWatermark } = from;
    this.#become(
      new Prospective(epoch, leader, voted, highWatermark, this.#electionAt(now), this.#self.id, this.voters),
      out,
    );
  }

  becomeCandidate(now: Us, out: Outbox): void {
    const from = this.#role;
    this.#become(
      new Candidate(from.epoch + 1, this.#key(), from.highWatermark, this.#electionAt(now), this.voters),
      out,
    );
    this.#isDirty = true;
  }

  /** The candidate has its majority: becomes the leader as soon as that is durable. */
  noteElected(candidate: Candidate): void {
    assert(candidate.tally.isGranted, 'a leader has a majority of votes');
    candidate.elected = true;
    this.#isDirty = true;
  }

  /** Forgets the high watermark: only a majority in its own epoch tells a leader how far the log is committed. */
  becomeLeader(epochStartOffset: number, now: Us, out: Outbox): Leader {
    const from = this.#role;
    assert(from.kind === 'candidate' && from.elected && !this.#isDirty, 'a leader is elected, durably');
    const leader = new Leader(
      from.epoch,
      voterNodeOf(this.#self),
      epochStartOffset,
      from.tally.grantingVoters(),
      this.voters,
      this.#history.kraftVersion > 0,
      this.#fetchTimeoutUs,
      now,
    );
    this.#become(leader, out);
    return leader;
  }

  /** Soft state: the disk already says that this replica led the epoch. */
  becomeResigned(preferredSuccessors: readonly ReplicaKey[], now: Us, out: Outbox): void {
    const { epoch } = this.#role;
    this.#become(
      new Resigned(epoch, this.#self.id, this.#drawElectionAt(now), preferredSuccessors, this.#peers()),
      out,
    );
  }

  #become(next: Role, out: Outbox): void {
    const from = this.#role;
    assert(NEXT_ROLES[from.kind].includes(next.kind), () => `${next.kind} after ${from.kind}`);
    assert(next.epoch >= from.epoch, 'an epoch never goes back');
    assert(
      this.isVoter || next.kind === 'unattached' || next.kind === 'follower' || next.kind === 'resigned',
      () => `an observer as ${next.kind}`,
    );
    this.#role = next;
    this.#tell(out);
  }

  #tell(out: Outbox): void {
    const { kind, epoch, leader } = this.#role;
    const role = this.isVoter ? kind : 'observer';
    out.fact({ fact: 'quorum role changed', role, quorumEpoch: epoch, leader });
  }

  /** When the patience of a voter ends; never, for an observer. */
  #electionAt(now: Us): Us {
    return this.isVoter ? this.#drawElectionAt(now) : NEVER;
  }

  /** Uniform in [timeout, 2 timeout) from now. */
  #drawElectionAt(now: Us): Us {
    const timeout = this.#electionTimeoutUs;
    return timeout === 0 ? now : now + timeout + this.#random.below(timeout);
  }

  #peers(): readonly number[] {
    return this.voters.ids.filter((id) => id !== this.#self.id);
  }

  #key(): ReplicaKey {
    return { id: this.#self.id, directoryId: this.#self.directoryId };
  }
}

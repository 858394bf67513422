import type { Outbox, Random, Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import { ZERO_UUID } from '../wire/index.ts';
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
import type { ReplicaKey, Voters } from './voters.ts';

/** Who this replica is among the others. */
export interface Self {
  readonly id: number;
  readonly directoryId: string;
  /** Votes, and syncs its log before it acknowledges. Otherwise an observer. */
  readonly isVoter: boolean;
}

/**
 * The role of this replica and its lawful changes (`QuorumState`). Notes when a change must become durable before
 * anything that follows from it is said; what follows from a change is the business of `RaftCore`.
 */
export class Quorum {
  readonly #self: Self;
  readonly #voters: Voters;
  readonly #random: Random;
  readonly #electionTimeoutUs: Us;
  readonly #fetchTimeoutUs: Us;
  #role: Role = new Unattached(0, -1, null, -1, NEVER);
  #isDirty = false;

  constructor(self: Self, voters: Voters, random: Random, electionTimeoutUs: Us, fetchTimeoutUs: Us) {
    assert(
      self.isVoter === voters.has(self.id),
      'a voter is one of controller.quorum.voters, and they are voters',
    );
    this.#self = self;
    this.#voters = voters;
    this.#random = random;
    this.#electionTimeoutUs = electionTimeoutUs;
    this.#fetchTimeoutUs = fetchTimeoutUs;
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
      return { epoch: role.epoch, leader: this.#self.id, votedId: -1 };
    return { epoch: role.epoch, leader: role.leader, votedId: role.voted?.id ?? -1 };
  }

  /**
   * Takes up where the disk says this replica was. A leader comes back resigned in its epoch: what it had not synced
   * is lost, and leading on would write other records at the same (offset, epoch) (KAFKA-10527).
   */
  initialize(election: Election | null, logEpoch: number, now: Us, out: Outbox): void {
    const { epoch, leader, votedId } = election ?? { epoch: 0, leader: -1, votedId: -1 };
    const self = this.#self;
    const voted = votedId < 0 ? null : { id: votedId, directoryId: null };
    if (epoch < logEpoch) {
      out.probe('raft: log ahead of quorum-state');
      this.#role = new Unattached(logEpoch, -1, null, -1, this.#electionAt(now));
    } else if (leader === self.id && self.isVoter) {
      out.probe('raft: former leader restarted as resigned');
      this.#role = new Resigned(epoch, self.id, this.#electionAt(now), [], this.#peers());
    } else if (votedId === self.id && self.isVoter) {
      this.#role = new Candidate(epoch, this.#key(), -1, this.#electionAt(now), this.#voters);
    } else if (leader >= 0 && this.#voters.has(leader)) {
      this.#role = new Follower(epoch, leader, voted, -1, now + this.#fetchTimeoutUs);
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
    const electionAt = keepsWaiting && this.#self.isVoter ? from.electionAt : this.#electionAt(now);
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
        : new Prospective(epoch, leader, nominee, highWatermark, electionAt, this.#self.id, this.#voters),
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
    this.#become(new Follower(epoch, leader, voted, from.highWatermark, now + this.#fetchTimeoutUs), out);
    this.#isDirty = true;
  }

  /** Nothing changes on disk: a pre-vote takes no epoch and gives no vote. */
  becomeProspective(now: Us, out: Outbox): void {
    const from = this.#role;
    const { epoch, leader, voted, highWatermark } = from;
    this.#become(
      new Prospective(
        epoch,
        leader,
        voted,
        highWatermark,
        this.#electionAt(now),
        this.#self.id,
        this.#voters,
      ),
      out,
    );
  }

  becomeCandidate(now: Us, out: Outbox): void {
    const from = this.#role;
    this.#become(
      new Candidate(from.epoch + 1, this.#key(), from.highWatermark, this.#electionAt(now), this.#voters),
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
      this.#self.id,
      epochStartOffset,
      from.tally.grantingVoters(),
      this.#voters,
      this.#self.directoryId,
      ZERO_UUID,
      this.#fetchTimeoutUs,
      now,
    );
    this.#become(leader, out);
    return leader;
  }

  /** Soft state: the disk already says that this replica led the epoch. */
  becomeResigned(preferredSuccessors: readonly number[], now: Us, out: Outbox): void {
    const { epoch } = this.#role;
    this.#become(
      new Resigned(epoch, this.#self.id, this.#electionAt(now), preferredSuccessors, this.#peers()),
      out,
    );
  }

  #become(next: Role, out: Outbox): void {
    const from = this.#role;
    assert(NEXT_ROLES[from.kind].includes(next.kind), () => `${next.kind} after ${from.kind}`);
    assert(next.epoch >= from.epoch, 'an epoch never goes back');
    assert(
      this.#self.isVoter || next.kind === 'unattached' || next.kind === 'follower',
      () => `an observer as ${next.kind}`,
    );
    this.#role = next;
    this.#tell(out);
  }

  #tell(out: Outbox): void {
    const { kind, epoch, leader } = this.#role;
    const role = this.#self.isVoter ? kind : 'observer';
    out.fact({ fact: 'quorum role changed', role, quorumEpoch: epoch, leader });
  }

  /** Uniform in [timeout, 2 timeout) from now; never, for an observer. */
  #electionAt(now: Us): Us {
    if (!this.#self.isVoter) return NEVER;
    const timeout = this.#electionTimeoutUs;
    return timeout === 0 ? now : now + timeout + this.#random.below(timeout);
  }

  #peers(): readonly number[] {
    return this.#voters.ids.filter((id) => id !== this.#self.id);
  }

  #key(): ReplicaKey {
    return { id: this.#self.id, directoryId: this.#self.directoryId };
  }
}

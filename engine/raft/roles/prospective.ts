import type { Outbox, Us } from '../../machine/index.ts';
import { sendVoteRequests } from '../messages/vote.ts';
import type { RaftCore } from '../raft-core.ts';
import { POLL_AGAIN } from '../raft-timer.ts';
import { VoteTally } from '../vote-tally.ts';
import type { ReplicaKey, VoterSet } from '../voters.ts';
import { canGrantUncommitted } from './unattached.ts';

/**
 * Asks whether it could win before it takes a new epoch (KIP-996), so that a voter that was merely cut off does not
 * dethrone a healthy leader with the epoch it counted up alone.
 */
export class Prospective {
  readonly kind = 'prospective';
  readonly epoch: number;
  readonly leader: number;
  readonly voted: ReplicaKey | null;
  readonly highWatermark: number;
  readonly electionAt: Us;
  readonly tally: VoteTally;

  constructor(
    epoch: number,
    leader: number,
    voted: ReplicaKey | null,
    highWatermark: number,
    electionAt: Us,
    self: number,
    voters: VoterSet,
  ) {
    this.epoch = epoch;
    this.leader = leader;
    this.voted = voted;
    this.highWatermark = highWatermark;
    this.electionAt = electionAt;
    this.tally = new VoteTally(voters);
    this.tally.record(self, true);
  }

  canGrantVote(nominee: ReplicaKey, isLogUpToDate: boolean, preVote: boolean): boolean {
    return canGrantUncommitted(this.leader, this.voted, nominee, isLogUpToDate, preVote);
  }

  poll(core: RaftCore, now: Us, out: Outbox): Us {
    if (core.isShuttingDown) return Math.min(core.shutdownAt, sendVoteRequests(core, this, now));
    if (now >= this.electionAt) {
      core.losePreVote(this, now, out);
      return POLL_AGAIN;
    }
    return Math.min(this.electionAt, sendVoteRequests(core, this, now));
  }
}

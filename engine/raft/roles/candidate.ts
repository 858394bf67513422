import type { Outbox, Us } from '../../machine/index.ts';
import { sendVoteRequests } from '../messages/vote.ts';
import type { RaftCore } from '../raft-core.ts';
import { POLL_AGAIN } from '../raft-timer.ts';
import { VoteTally } from '../vote-tally.ts';
import type { ReplicaKey, VoterSet } from '../voters.ts';

/** Has taken a new epoch, voted for itself in it, and asks the others. */
export class Candidate {
  readonly kind = 'candidate';
  readonly epoch: number;
  readonly leader = -1;
  readonly voted: ReplicaKey;
  readonly highWatermark: number;
  readonly electionAt: Us;
  readonly tally: VoteTally;
  /**
   * A majority has granted; the leadership is being made durable. Only then does it become the leader and write: a
   * leader that forgot itself could be elected again in the same epoch and write other records at the same offsets
   * (KAFKA-10527).
   */
  elected = false;

  constructor(epoch: number, self: ReplicaKey, highWatermark: number, electionAt: Us, voters: VoterSet) {
    this.epoch = epoch;
    this.voted = self;
    this.highWatermark = highWatermark;
    this.electionAt = electionAt;
    this.tally = new VoteTally(voters);
    this.tally.record(self.id, true);
  }

  /** Its vote is spent; a pre-vote is an opinion about logs. */
  canGrantVote(_nominee: ReplicaKey, isLogUpToDate: boolean, preVote: boolean): boolean {
    return preVote && isLogUpToDate;
  }

  poll(core: RaftCore, now: Us, out: Outbox): Us {
    if (core.isShuttingDown) return Math.min(core.shutdownAt, sendVoteRequests(core, this, now));
    if (now >= this.electionAt) {
      core.becomeProspective(now, out);
      return POLL_AGAIN;
    }
    return Math.min(this.electionAt, sendVoteRequests(core, this, now));
  }
}

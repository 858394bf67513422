import type { Outbox, Us } from '../../machine/index.ts';
import type { RaftCore } from '../raft-core.ts';
import { POLL_AGAIN } from '../raft-timer.ts';
import type { ReplicaKey } from '../voters.ts';
import { sameReplica } from '../voters.ts';

/** Knows an epoch but no leader to follow; may have voted in it. Looks for the leader by fetching from any voter. */
export class Unattached {
  readonly kind = 'unattached';
  readonly epoch: number;
  /** A leader known by name whose defeat in this replica's eyes led here, or -1. */
  readonly leader: number;
  readonly voted: ReplicaKey | null;
  readonly highWatermark: number;
  /** When a voter's patience ends; never, for an observer. */
  readonly electionAt: Us;

  constructor(
    epoch: number,
    leader: number,
    voted: ReplicaKey | null,
    highWatermark: number,
    electionAt: Us,
  ) {
    this.epoch = epoch;
    this.leader = leader;
    this.voted = voted;
    this.highWatermark = highWatermark;
    this.electionAt = electionAt;
  }

  canGrantVote(nominee: ReplicaKey, isLogUpToDate: boolean, preVote: boolean): boolean {
    return canGrantUncommitted(this.leader, this.voted, nominee, isLogUpToDate, preVote);
  }

  poll(core: RaftCore, now: Us, out: Outbox): Us {
    if (core.isVoter) {
      if (core.isShuttingDown) return core.shutdownAt;
      if (now >= this.electionAt) {
        core.becomeProspective(now, out);
        return POLL_AGAIN;
      }
    }
    return Math.min(core.fetchFromAnyServer(now), this.electionAt);
  }
}

/**
 * The vote of a replica that follows nobody. A pre-vote costs nothing and asks only for the log; a vote is given once
 * per epoch, and not at all in an epoch known to have a leader (`QuorumState.unattachedOrProspectiveCanGrantVote`).
 */
export function canGrantUncommitted(
  leader: number,
  voted: ReplicaKey | null,
  nominee: ReplicaKey,
  isLogUpToDate: boolean,
  preVote: boolean,
): boolean {
  if (preVote) return isLogUpToDate;
  if (voted !== null) return sameReplica(voted, nominee);
  if (leader >= 0) return false;
  return isLogUpToDate;
}

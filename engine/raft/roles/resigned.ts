import type { Outbox, Us } from '../../machine/index.ts';
import { sendEndQuorumEpochRequests } from '../messages/end-quorum-epoch.ts';
import type { RaftCore } from '../raft-core.ts';
import { POLL_AGAIN } from '../raft-timer.ts';
import type { ReplicaKey } from '../voters.ts';

/**
 * Was the leader of this epoch and is it no more: stopping, out of touch with the majority, or restarted. It neither
 * votes in the epoch nor leads it again, so each record keeps its one (offset, epoch).
 */
export class Resigned {
  readonly kind = 'resigned';
  readonly epoch: number;
  readonly leader: number;
  readonly voted = null;
  readonly highWatermark = -1;
  readonly electionAt: Us;
  /** Those who have copied most come first. */
  readonly preferredSuccessors: readonly ReplicaKey[];
  /** Voters that have not acknowledged the resignation. */
  readonly unacknowledged: Set<number>;

  constructor(
    epoch: number,
    self: number,
    electionAt: Us,
    preferredSuccessors: readonly ReplicaKey[],
    peers: readonly number[],
  ) {
    this.epoch = epoch;
    this.leader = self;
    this.electionAt = electionAt;
    this.preferredSuccessors = preferredSuccessors;
    this.unacknowledged = new Set(peers);
  }

  canGrantVote(_nominee: ReplicaKey, isLogUpToDate: boolean, preVote: boolean): boolean {
    return preVote && isLogUpToDate;
  }

  poll(core: RaftCore, now: Us, out: Outbox): Us {
    const deadline = sendEndQuorumEpochRequests(core, this, now);
    if (core.isShuttingDown) return Math.min(core.shutdownAt, deadline);
    if (now >= this.electionAt) {
      core.becomeUnattached(this.epoch + 1, -1, now, out);
      return POLL_AGAIN;
    }
    return Math.min(this.electionAt, deadline);
  }
}

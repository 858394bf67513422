import type { Outbox, Us } from '../../machine/index.ts';
import { sendAddRaftVoter } from '../messages/add-raft-voter.ts';
import { sendFetch } from '../messages/fetch.ts';
import { sendFetchSnapshot } from '../messages/fetch-snapshot.ts';
import { sendRemoveRaftVoter } from '../messages/remove-raft-voter.ts';
import { sendUpdateRaftVoter } from '../messages/update-raft-voter.ts';
import { voterNodeOf } from '../quorum.ts';
import type { RaftCore } from '../raft-core.ts';
import { NEVER, POLL_AGAIN } from '../raft-timer.ts';
import type { SnapshotDownload } from '../snapshot-download.ts';
import type { ReplicaKey } from '../voters.ts';

/** Fetches from the leader of its epoch. Observers stay here, however long the leader is silent. */
export class Follower {
  readonly kind = 'follower';
  readonly epoch: number;
  readonly leader: number;
  readonly voted: ReplicaKey | null;
  highWatermark: number;
  /** When a voter gives the leader up. */
  fetchAt: Us;
  /** A leader that has answered is alive: pre-votes against it are refused from then on. */
  hasFetchedFromLeader = false;
  download: SnapshotDownload | null = null;
  /** When it next looks whether the voters know it as it is, or whether it could join them. */
  updateVotersAt: Us;
  /** At kraft.version 0: the leader has been told this voter's directory. */
  hasUpdatedLeader = false;

  constructor(
    epoch: number,
    leader: number,
    voted: ReplicaKey | null,
    highWatermark: number,
    fetchAt: Us,
    updateVotersAt: Us,
  ) {
    this.epoch = epoch;
    this.leader = leader;
    this.voted = voted;
    this.highWatermark = highWatermark;
    this.fetchAt = fetchAt;
    this.updateVotersAt = updateVotersAt;
  }

  canGrantVote(_nominee: ReplicaKey, isLogUpToDate: boolean, preVote: boolean): boolean {
    return preVote && isLogUpToDate && !this.hasFetchedFromLeader;
  }

  poll(core: RaftCore, now: Us, out: Outbox): Us {
    // With a leader known, a graceful stop has nothing to wait for: `RaftCore.mayStop` is true.
    if (core.isShuttingDown) return core.shutdownAt;
    if (core.isVoter && now >= this.fetchAt) {
      core.becomeProspective(now, out);
      return POLL_AGAIN;
    }
    if (core.self.canVote && now >= this.updateVotersAt) this.#updateVoters(core, now);
    return Math.min(this.#fetchFromBestNode(core, now), core.isVoter ? this.fetchAt : NEVER);
  }

  /**
   * A voter tells the leader what has changed about it; a controller that may join by itself asks to be added, after
   * the removal of the voter that it was with another disk (KIP-853, KIP-1186). One request at a time: the fetch waits.
   */
  #updateVoters(core: RaftCore, now: Us): void {
    const { voters, self, pacing } = core;
    const isDynamic = core.log.voters.kraftVersion > 0;
    const own = voterNodeOf(self);
    if (core.isVoter) {
      const isDue = isDynamic ? voters.needsUpdate(own) : !this.hasUpdatedLeader;
      if (isDue) {
        if (!pacing.isReady(this.leader, now)) return;
        sendUpdateRaftVoter(core, this, now);
      }
    } else {
      if (!isDynamic || !core.config['controller.quorum.auto.join.enable']) return;
      if (!pacing.isReady(this.leader, now)) return;
      const former = voters.get(self.id);
      if (former === undefined) sendAddRaftVoter(core, this, now);
      else sendRemoveRaftVoter(core, this, former, now);
    }
    core.postponeVoterUpdate(now);
  }

  /** The leader, or any voter while the leader does not answer: it may know another leader. */
  #fetchFromBestNode(core: RaftCore, now: Us): Us {
    const { pacing } = core;
    if (pacing.hasTimedOut(this.leader, now)) {
      pacing.reset(this.leader);
      return core.fetchFromAnyServer(now);
    }
    if (pacing.isBackingOff(this.leader, now)) return core.fetchFromAnyServer(now);
    if (!pacing.hasAnyInFlight(now)) {
      if (this.download !== null) sendFetchSnapshot(core, this.leader, this.download, now);
      else sendFetch(core, this.leader, now);
    }
    return pacing.earliestDeadline(now);
  }
}

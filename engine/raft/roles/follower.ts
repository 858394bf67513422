import type { Outbox, Us } from '../../machine/index.ts';
import { sendFetch } from '../messages/fetch.ts';
import { sendFetchSnapshot } from '../messages/fetch-snapshot.ts';
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

  constructor(epoch: number, leader: number, voted: ReplicaKey | null, highWatermark: number, fetchAt: Us) {
    this.epoch = epoch;
    this.leader = leader;
    this.voted = voted;
    this.highWatermark = highWatermark;
    this.fetchAt = fetchAt;
  }

  canGrantVote(_nominee: ReplicaKey, isLogUpToDate: boolean, preVote: boolean): boolean {
    return preVote && isLogUpToDate && !this.hasFetchedFromLeader;
  }

  poll(core: RaftCore, now: Us, out: Outbox): Us {
    // With a leader known, a graceful stop has nothing to wait for: `RaftCore.isStopped` is true.
    if (core.isShuttingDown) return core.shutdownAt;
    if (core.isVoter && now >= this.fetchAt) {
      core.becomeProspective(now, out);
      return POLL_AGAIN;
    }
    return Math.min(this.#fetchFromBestNode(core, now), core.isVoter ? this.fetchAt : NEVER);
  }

  /** The leader, or any voter while the leader does not answer: it may know another leader. */
  #fetchFromBestNode(core: RaftCore, now: Us): Us {
    const { pacing } = core;
    if (pacing.hasTimedOut(this.leader, now)) {
      pacing.reset(this.leader);
      return core.fetchFromAnyVoter(now);
    }
    if (pacing.isBackingOff(this.leader, now)) return core.fetchFromAnyVoter(now);
    if (!pacing.hasAnyInFlight(now)) {
      if (this.download !== null) sendFetchSnapshot(core, this.leader, this.download, now);
      else sendFetch(core, this.leader, now);
    }
    return pacing.earliestDeadline(now);
  }
}

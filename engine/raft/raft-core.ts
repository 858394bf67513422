import type { Outbox, Random, Us, WallClock } from '../machine/index.ts';
import { assert, MS } from '../machine/index.ts';
import {
  baseOffsetOf,
  buildControlBatch,
  ControlType,
  lastOffsetOf,
  leaderEpochOf,
  withLeader,
} from '../records/index.ts';
import { ErrorCode, ZERO_UUID } from '../wire/index.ts';
import { AppendAccumulator } from './append-accumulator.ts';
import { completeFetches, failFetches, sendFetch } from './messages/fetch.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { Outbound } from './outbound.ts';
import { ParkedFetches } from './parked-fetches.ts';
import type { Quorum, Self } from './quorum.ts';
import type { RaftConfig } from './raft-config.ts';
import { NEVER } from './raft-timer.ts';
import { RequestPacing } from './request-pacing.ts';
import type { Follower } from './roles/follower.ts';
import type { Leader } from './roles/leader.ts';
import type { Prospective } from './roles/prospective.ts';
import type { Voters } from './voters.ts';

/** Where the controllers listen (`controller.listener.names`). */
const LISTENER_NAME = 'CONTROLLER';
/** The LeaderChange message's own version (`ControlRecordUtils.LEADER_CHANGE_CURRENT_VERSION`). */
const LEADER_CHANGE_VERSION = 0;

export interface RaftCoreParts {
  readonly config: RaftConfig;
  readonly self: Self;
  readonly clusterId: string;
  readonly voters: Voters;
  readonly quorum: Quorum;
  readonly log: MetadataLog;
  readonly outbound: Outbound;
  readonly wall: WallClock;
  readonly random: Random;
}

interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

const NO_ENDPOINTS: readonly NodeEndpoint[] = [];

/**
 * What roles and messages do to the replica: changes of role with all that follows from them, commits, appends, and
 * the checks that many messages share. Everything happens in memory at once; `Raft` sees to what must be durable
 * first.
 */
export class RaftCore {
  readonly config: RaftConfig;
  readonly self: Self;
  readonly clusterId: string;
  readonly voters: Voters;
  readonly quorum: Quorum;
  readonly log: MetadataLog;
  readonly outbound: Outbound;
  readonly pacing: RequestPacing;
  readonly parked = new ParkedFetches();
  /** The voters but for oneself, sorted. */
  readonly peers: readonly number[];
  readonly fetchTimeoutUs: Us;
  readonly unknownDirectoryId = ZERO_UUID;
  /** Exists with the leadership. */
  appends: AppendAccumulator | null = null;
  /** End of the patience of a graceful stop; `NEVER` when none was asked for. */
  shutdownAt: Us = NEVER;
  readonly #wall: WallClock;
  readonly #random: Random;
  #committed = -1;

  constructor(parts: RaftCoreParts) {
    this.config = parts.config;
    this.self = parts.self;
    this.clusterId = parts.clusterId;
    this.voters = parts.voters;
    this.quorum = parts.quorum;
    this.log = parts.log;
    this.outbound = parts.outbound;
    this.#wall = parts.wall;
    this.#random = parts.random;
    this.peers = parts.voters.ids.filter((id) => id !== parts.self.id);
    this.fetchTimeoutUs = parts.config['controller.quorum.fetch.timeout.ms'] * MS;
    this.pacing = new RequestPacing(
      parts.config['controller.quorum.retry.backoff.ms'] * MS,
      parts.config['controller.quorum.request.timeout.ms'] * MS,
    );
  }

  get isVoter(): boolean {
    return this.self.isVoter;
  }

  get epoch(): number {
    return this.quorum.role.epoch;
  }

  /** -1 when unknown. */
  get leader(): number {
    return this.quorum.role.leader;
  }

  get isShuttingDown(): boolean {
    return this.shutdownAt !== NEVER;
  }

  /** A voter's log has records that are not durable yet: nothing that rests on them may be said. */
  get mustSync(): boolean {
    return this.isVoter && this.log.isUnsynced;
  }

  // Changes of role. Each forgets the requests under way: they were the old role's.

  becomeUnattached(epoch: number, leader: number, now: Us, out: Outbox): void {
    this.#leaveRole();
    this.quorum.becomeUnattached(epoch, leader, now, out);
  }

  becomeFollower(epoch: number, leader: number, now: Us, out: Outbox): void {
    this.#leaveRole();
    this.quorum.becomeFollower(epoch, leader, now, out);
    failFetches(this, this.parked.takeAll());
  }

  becomeProspective(now: Us, out: Outbox): void {
    this.#leaveRole();
    this.quorum.becomeProspective(now, out);
    this.advanceElection(now, out);
  }

  becomeResigned(preferredSuccessors: readonly number[], now: Us, out: Outbox): void {
    this.#leaveRole();
    failFetches(this, this.parked.takeAll());
    this.quorum.becomeResigned(preferredSuccessors, now, out);
  }

  /** A prospective that cannot win goes back to whom it came from. */
  losePreVote(role: Prospective, now: Us, out: Outbox): void {
    out.probe('raft: pre-vote lost');
    if (role.leader >= 0) this.becomeFollower(role.epoch, role.leader, now, out);
    else this.becomeUnattached(role.epoch, -1, now, out);
  }

  /** Moves an election on when its majority is there. An only voter needs nobody and goes all the way at once. */
  advanceElection(now: Us, out: Outbox): void {
    let role = this.quorum.role;
    if (role.kind === 'prospective' && role.tally.isGranted) {
      this.#leaveRole();
      this.quorum.becomeCandidate(now, out);
      role = this.quorum.role;
    }
    if (role.kind === 'candidate' && role.tally.isGranted && !role.elected) this.quorum.noteElected(role);
  }

  /** A voter that knows no pre-vote (before Kafka 4.0) cannot be asked: stands at once. */
  skipPreVote(now: Us, out: Outbox): void {
    this.#leaveRole();
    this.quorum.becomeCandidate(now, out);
    this.advanceElection(now, out);
  }

  /**
   * The election is durable. The new epoch opens with a LeaderChange, for nothing else can commit what came before.
   */
  becomeLeader(now: Us, out: Outbox): void {
    this.#leaveRole();
    const start = this.log.endOffset;
    const leader = this.quorum.becomeLeader(start, now, out);
    this.log.assignLeaderEpoch(leader.epoch, start);
    this.appends = new AppendAccumulator(this.config['controller.quorum.append.linger.ms'] * MS, start);
    const asVoters = (ids: readonly number[]) =>
      ids.map((voterId) => ({ voterId, voterDirectoryId: ZERO_UUID }));
    const batch = buildControlBatch({ baseOffset: start, leaderEpoch: leader.epoch }, this.#wall.nowMs(), [
      {
        type: ControlType.LEADER_CHANGE,
        message: {
          version: LEADER_CHANGE_VERSION,
          leaderId: this.self.id,
          voters: asVoters(this.voters.ids),
          grantingVoters: asVoters(leader.grantingVoters),
        },
      },
    ]);
    this.appends.add(batch, start, now);
    this.appends.hurry(now);
  }

  #leaveRole(): void {
    const role = this.quorum.role;
    if (role.kind === 'follower' && role.download !== null) this.log.abandonDownload(role.download);
    this.appends = null;
    this.pacing.resetAll();
  }

  // Appends and commits.

  /** Puts a batch behind the others, stamped with its place. Answers its last offset, or null when not the leader. */
  prepareAppend(batch: Uint8Array, now: Us): number | null {
    const role = this.quorum.role;
    const { appends } = this;
    if (role.kind !== 'leader' || role.resignRequested || appends === null) return null;
    const next = appends.nextOffset;
    const placed =
      baseOffsetOf(batch) === next && leaderEpochOf(batch) === role.epoch
        ? batch
        : withLeader(batch, next, role.epoch);
    const lastOffset = lastOffsetOf(placed);
    appends.add(placed, lastOffset, now);
    return lastOffset;
  }

  /**
   * Writes what has lingered long enough; parked fetches get it before it is synced here. Answers when to look again.
   */
  drainAppends(now: Us, out: Outbox): Us {
    const { appends } = this;
    assert(appends !== null, 'a leader accumulates appends');
    if (now >= appends.drainAt) {
      this.log.appendAsLeader(appends.drain(), this.epoch, out);
      completeFetches(this, now, this.parked.takeBelow(this.log.endOffset), out);
    }
    return appends.drainAt;
  }

  /** The leader's log is durable up to its end: now it counts itself (Kafka counts before its sync has returned). */
  onLeaderSynced(leader: Leader, syncedEndOffset: number, now: Us, out: Outbox): void {
    if (leader.advanceLocal(syncedEndOffset)) this.onLeaderHighWatermark(leader, now, out);
  }

  onLeaderHighWatermark(leader: Leader, now: Us, out: Outbox): void {
    this.log.advanceHighWatermark(leader.highWatermark, leader.epoch, true, out);
    this.#tellCommitted(leader.highWatermark, out);
    completeFetches(this, now, this.parked.takeAll(), out);
  }

  onFollowerHighWatermark(follower: Follower, leaderHighWatermark: number, out: Outbox): void {
    const highWatermark = Math.min(this.log.endOffset, leaderHighWatermark);
    assert(
      highWatermark >= follower.highWatermark,
      () => `the high watermark goes back from ${follower.highWatermark} to ${highWatermark}`,
    );
    if (highWatermark === follower.highWatermark) return;
    follower.highWatermark = highWatermark;
    this.log.advanceHighWatermark(highWatermark, follower.epoch, false, out);
    this.#tellCommitted(highWatermark, out);
  }

  /** A downloaded snapshot is durable: it replaces a log that it is ahead of. */
  installSnapshot(follower: Follower, out: Outbox): void {
    const { download } = follower;
    assert(download?.isWhole === true, 'a snapshot is installed when it is whole');
    follower.download = null;
    this.log.snapshots.add(download.id);
    const isInstalled = this.log.truncateToLatestSnapshot(out);
    assert(isInstalled, 'a leader sends a snapshot only to a replica that is behind it');
    out.probe('raft: snapshot installed');
    this.onFollowerHighWatermark(follower, this.log.highWatermark, out);
  }

  #tellCommitted(highWatermark: number, out: Outbox): void {
    if (highWatermark <= this.#committed) return;
    this.#committed = highWatermark;
    out.fact({ fact: 'quorum committed', highWatermark, quorumEpoch: this.epoch });
  }

  // Requests to others.

  send(node: number, apiKey: number, body: object, now: Us): void {
    this.outbound.request(node, this.pacing.sent(node, apiKey, now), apiKey, body);
  }

  /** Who does not know a leader asks any voter for records: the answer says who leads. */
  fetchFromAnyVoter(now: Us): Us {
    const { pacing, peers } = this;
    if (peers.length > 0 && !pacing.hasAnyInFlight(now)) {
      const start = this.#random.below(peers.length);
      for (let step = 0; step < peers.length; step++) {
        const node = peers[(start + step) % peers.length]!;
        if (!pacing.isReady(node, now)) continue;
        sendFetch(this, node, now);
        break;
      }
    }
    return pacing.earliestDeadline(now);
  }

  // What the handlers check alike.

  isSameCluster(clusterId: string | null): boolean {
    return clusterId === null || clusterId === this.clusterId;
  }

  /** The request names this voter, or nobody. */
  isMeantForSelf(voterId: number, directoryId: string): boolean {
    if (voterId < 0) return true;
    return voterId === this.self.id && (directoryId === ZERO_UUID || directoryId === this.self.directoryId);
  }

  rejectVoterRequest(remote: number, epoch: number): number | null {
    if (epoch < this.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
    return remote < 0 ? ErrorCode.INVALID_REQUEST : null;
  }

  rejectLeaderRequest(epoch: number): number | null {
    if (epoch < this.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
    if (epoch > this.epoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    if (this.quorum.role.kind !== 'leader') return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return this.isShuttingDown ? ErrorCode.BROKER_NOT_AVAILABLE : null;
  }

  /** A message says who leads an epoch: follows if that is news. Two leaders of one epoch cannot be. */
  learnOf(leader: number, epoch: number, now: Us, out: Outbox): void {
    const role = this.quorum.role;
    const isConsistent =
      leader === this.self.id
        ? role.kind === 'leader' || epoch < role.epoch || role.leader === leader
        : epoch !== role.epoch || leader < 0 || role.leader < 0 || leader === role.leader;
    assert(isConsistent, () => `leader ${leader} of epoch ${epoch}, known: ${role.leader} of ${role.epoch}`);
    if (epoch > role.epoch) {
      if (leader >= 0) this.becomeFollower(epoch, leader, now, out);
      else this.becomeUnattached(epoch, -1, now, out);
    } else if (epoch === role.epoch && leader >= 0 && role.leader < 0) {
      this.becomeFollower(epoch, leader, now, out);
    }
  }

  /**
   * What every answer says about epochs and leaders. Null: go on with the answer itself. Otherwise the answer is
   * settled, well (true) or badly (false) (`maybeHandleCommonResponse`).
   */
  handleCommonResponse(
    errorCode: number,
    leader: number,
    epoch: number,
    now: Us,
    out: Outbox,
  ): boolean | null {
    if (epoch < this.epoch || errorCode === ErrorCode.UNKNOWN_LEADER_EPOCH) return true;
    if (
      epoch > this.epoch ||
      errorCode === ErrorCode.FENCED_LEADER_EPOCH ||
      errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER
    ) {
      const before = this.quorum.role;
      this.learnOf(leader, epoch, now, out);
      // Kafka asks again at once, as fast as the network goes; here who had no news is asked after the retry back-off.
      return this.quorum.role !== before;
    }
    if (leader >= 0 && this.leader < 0) {
      this.becomeFollower(epoch, leader, now, out);
      return errorCode === ErrorCode.NONE ? null : true;
    }
    if (errorCode === ErrorCode.BROKER_NOT_AVAILABLE) return false;
    if (errorCode === ErrorCode.INVALID_VOTER_KEY) return true;
    assert(errorCode !== ErrorCode.INVALID_REQUEST, 'a request of ours was found invalid');
    return null;
  }

  onTopLevelError(errorCode: number, out: Outbox): false {
    if (errorCode !== ErrorCode.BROKER_NOT_AVAILABLE) out.probe('raft: unexpected top-level error');
    return false;
  }

  onUnexpectedError(out: Outbox): false {
    out.probe('raft: unexpected error');
    return false;
  }

  // What responses tell about nodes.

  leaderEndpoints(): readonly NodeEndpoint[] {
    const voter = this.voters.endpoint(this.leader);
    return voter === undefined ? NO_ENDPOINTS : [{ nodeId: voter.id, host: voter.host, port: voter.port }];
  }

  ownEndpoints(): readonly { readonly name: string; readonly host: string; readonly port: number }[] {
    const own = this.voters.endpoint(this.self.id);
    return own === undefined ? [] : [{ name: LISTENER_NAME, host: own.host, port: own.port }];
  }

  voterNodes() {
    return this.voters.ids.map((id) => {
      const { host, port } = this.voters.endpoint(id)!;
      return { nodeId: id, listeners: [{ name: LISTENER_NAME, host, port }] };
    });
  }

  /** A past moment of the monotonic clock, in wall milliseconds; -1 stays -1. */
  wallTimeOf(at: Us, now: Us): number {
    return at < 0 ? -1 : this.#wall.nowMs() - Math.trunc((now - at) / MS);
  }
}

import type { Outbox, Random, Us, WallClock } from '../machine/index.ts';
import { assert, MS } from '../machine/index.ts';
import {
  baseOffsetOf,
  buildControlBatch,
  type ControlRecord,
  lastOffsetOf,
  leaderEpochOf,
  withLeader,
} from '../records/index.ts';
import { ErrorCode } from '../wire/index.ts';
import { AppendAccumulator } from './append-accumulator.ts';
import { epochStartRecords } from './epoch-start.ts';
import { KnownNodes, type NodeAddresses, type NodeEndpoint } from './known-nodes.ts';
import { completeFetches, failFetches, sendFetch } from './messages/fetch.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { Outbound } from './outbound.ts';
import { ParkedFetches } from './parked-fetches.ts';
import { type Quorum, type Self, UPDATE_PERIODS, voterNodeOf } from './quorum.ts';
import type { RaftConfig } from './raft-config.ts';
import { NEVER } from './raft-timer.ts';
import { RequestPacing } from './request-pacing.ts';
import type { Follower } from './roles/follower.ts';
import type { Leader } from './roles/leader.ts';
import type { Prospective } from './roles/prospective.ts';
import { advanceVoterChange, endVoterChange } from './voter-changes.ts';
import { LISTENER_NAME, type ReplicaKey, type Voter, VoterSet } from './voters.ts';

export interface RaftCoreParts {
  readonly config: RaftConfig;
  readonly self: Self;
  readonly clusterId: string;
  readonly bootstrapServers: readonly Voter[];
  readonly addresses: NodeAddresses | null;
  readonly quorum: Quorum;
  readonly log: MetadataLog;
  readonly outbound: Outbound;
  readonly wall: WallClock;
  readonly random: Random;
}

/**
 * What roles and messages do to the replica: changes of role with all that follows from them, commits, appends, and
 * the checks that many messages share. Everything happens in memory at once; `Raft` sees to what must be durable
 * first.
 */
export class RaftCore {
  readonly config: RaftConfig;
  readonly self: Self;
  readonly clusterId: string;
  readonly quorum: Quorum;
  readonly log: MetadataLog;
  readonly outbound: Outbound;
  readonly pacing: RequestPacing;
  readonly parked = new ParkedFetches();
  readonly nodes: KnownNodes;
  /** Whom to ask who leads. */
  readonly #bootstrapIds: readonly number[];
  readonly fetchTimeoutUs: Us;
  /** Exists with the leadership. */
  appends: AppendAccumulator | null = null;
  /** End of the patience of a graceful stop; `NEVER` when none was asked for. */
  shutdownAt: Us = NEVER;
  readonly #wall: WallClock;
  readonly #random: Random;
  #committed = -1;
  /** As followed so far: nobody, until the log is open. */
  #voters = new VoterSet([]);
  #peers: readonly number[] = [];

  constructor(parts: RaftCoreParts) {
    this.config = parts.config;
    this.self = parts.self;
    this.clusterId = parts.clusterId;
    this.quorum = parts.quorum;
    this.log = parts.log;
    this.outbound = parts.outbound;
    this.#wall = parts.wall;
    this.#random = parts.random;
    this.nodes = new KnownNodes(parts.addresses);
    for (const { id, host, port } of parts.bootstrapServers) this.nodes.learn(id, host, port);
    this.#bootstrapIds = parts.bootstrapServers.map(({ id }) => id).filter((id) => id !== parts.self.id);
    this.fetchTimeoutUs = parts.config['controller.quorum.fetch.timeout.ms'] * MS;
    this.pacing = new RequestPacing(
      parts.config['controller.quorum.retry.backoff.ms'] * MS,
      parts.config['controller.quorum.request.timeout.ms'] * MS,
    );
  }

  /** Who votes, as the end of the log says. */
  get voters(): VoterSet {
    return this.#voters;
  }

  /** The voters but for oneself, sorted. */
  get peers(): readonly number[] {
    return this.#peers;
  }

  get isVoter(): boolean {
    return this.quorum.isVoter;
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

  /** A controller's log has records that are not durable yet: nothing that rests on them may be said. */
  get mustSync(): boolean {
    return this.self.canVote && this.log.isUnsynced;
  }

  /** A graceful stop has nothing more to wait for: nobody needs this replica, or another leads, or time is up. */
  mayStop(now: Us): boolean {
    if (!this.isShuttingDown) return false;
    const hasRemoteLeader = this.leader >= 0 && this.leader !== this.self.id;
    return !this.isVoter || this.peers.length === 0 || hasRemoteLeader || now >= this.shutdownAt;
  }

  // Who votes.

  /** The log has changed at its end, and with it perhaps who votes: at once, committed or not (KIP-853). */
  followVoters(out: Outbox): void {
    const { current, kraftVersion, lastEntry } = this.log.voters;
    if (current === this.#voters) return;
    this.#voters = current;
    this.#peers = this.#others(current);
    for (const { id, host, port } of current.nodes) this.nodes.learn(id, host, port);
    const { role } = this.quorum;
    if (role.kind === 'leader') role.changeVoters(current);
    out.fact({
      fact: 'quorum voters changed',
      voters: current.nodes.map(({ id, directoryId }) => ({ id, directoryId })),
      recordOffset: lastEntry?.offset ?? -1,
      kraftVersion,
    });
  }

  /** A follower has looked at the voters, or has heard back: it looks again after a few fetches. */
  postponeVoterUpdate(now: Us): void {
    const { role } = this.quorum;
    if (role.kind === 'follower') role.updateVotersAt = now + UPDATE_PERIODS * this.fetchTimeoutUs;
  }

  #others(voters: VoterSet): readonly number[] {
    return voters.ids.filter((id) => id !== this.self.id);
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

  becomeResigned(preferredSuccessors: readonly ReplicaKey[], now: Us, out: Outbox): void {
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

  /** The election is durable. */
  becomeLeader(now: Us, out: Outbox): void {
    this.#leaveRole();
    const start = this.log.endOffset;
    const leader = this.quorum.becomeLeader(start, now, out);
    this.log.assignLeaderEpoch(leader.epoch, start);
    this.appends = new AppendAccumulator(this.config['controller.quorum.append.linger.ms'] * MS, start);
    this.appendControl(
      epochStartRecords(voterNodeOf(this.self), this.log.voters, leader.grantingVoters),
      now,
    );
  }

  #leaveRole(): void {
    const role = this.quorum.role;
    if (role.kind === 'follower' && role.download !== null) this.log.abandonDownload(role.download);
    if (role.kind === 'leader') endVoterChange(this, role, ErrorCode.NOT_LEADER_OR_FOLLOWER, null);
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

  /** Control records go into the log without lingering. Answers the offset of the last one. */
  appendControl(records: readonly ControlRecord[], now: Us): number {
    const { appends } = this;
    assert(appends !== null, 'a leader accumulates appends');
    const at = { baseOffset: appends.nextOffset, leaderEpoch: this.epoch };
    const lastOffset = at.baseOffset + records.length - 1;
    appends.add(buildControlBatch(at, this.#wall.nowMs(), records), lastOffset, now);
    appends.hurry(now);
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
      this.followVoters(out);
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
    advanceVoterChange(this, leader, out);
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
    this.followVoters(out);
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

  /** Who does not know a leader asks any server that it was started with: the answer says who leads. */
  fetchFromAnyServer(now: Us): Us {
    const { pacing } = this;
    const servers = this.#bootstrapIds;
    if (servers.length > 0 && !pacing.hasAnyInFlight(now)) {
      const start = this.#random.below(servers.length);
      for (let step = 0; step < servers.length; step++) {
        const node = servers[(start + step) % servers.length]!;
        if (!pacing.isReady(node, now)) continue;
        sendFetch(this, node, now);
        break;
      }
    }
    return pacing.earliestDeadline(now);
  }

  // What responses tell about nodes.

  leaderEndpoints(): readonly NodeEndpoint[] {
    const { endpoint, id } = this.self;
    if (this.leader === id && endpoint !== null)
      return [{ nodeId: id, host: endpoint.host, port: endpoint.port }];
    return this.nodes.endpointsOf(this.leader);
  }

  ownEndpoints(): readonly { readonly name: string; readonly host: string; readonly port: number }[] {
    const { endpoint } = this.self;
    return endpoint === null ? [] : [{ name: LISTENER_NAME, host: endpoint.host, port: endpoint.port }];
  }

  voterNodes() {
    return this.voters.nodes.map(({ id, host, port }) => ({
      nodeId: id,
      listeners: [{ name: LISTENER_NAME, host, port }],
    }));
  }

  /** A past moment of the monotonic clock, in wall milliseconds; -1 stays -1. */
  wallTimeOf(at: Us, now: Us): number {
    return at < 0 ? -1 : this.#wall.nowMs() - Math.trunc((now - at) / MS);
  }
}

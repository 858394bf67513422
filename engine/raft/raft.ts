import type { Reply, Request } from '../exchange/index.ts';
import type { Outbox, Ticket, Us } from '../machine/index.ts';
import { assert, DiskError, MS, timerId } from '../machine/index.ts';
import type { CommittedBatch, SnapshotToLoad } from './committed-reader.ts';
import { CommittedReader } from './committed-reader.ts';
import { type Deferred, handleReply, handleRequest } from './dispatch.ts';
import type { DurableFile } from './durable-file.ts';
import { ElectionFile } from './election-file.ts';
import { raiseKRaftVersion, rejectKRaftVersion } from './kraft-version-raise.ts';
import { MetadataLog } from './metadata-log.ts';
import { METADATA_LOG } from './metadata-partition.ts';
import type { OffsetAndEpoch } from './offset-and-epoch.ts';
import { openMetadataLog } from './open-metadata-log.ts';
import { Outbound } from './outbound.ts';
import { Quorum } from './quorum.ts';
import { CLEAN_INTERVAL_US, MAX_BACKLOG } from './raft-config.ts';
import { RaftCore } from './raft-core.ts';
import type { RaftOptions } from './raft-options.ts';
import { NEVER, POLL_AGAIN, RaftTimer } from './raft-timer.ts';
import type { RoleKind } from './roles/role.ts';
import { VoterSet } from './voters.ts';

/** Roles a replica can pass through without waiting: the only voter's way to leadership is the longest. */
const MAX_POLLS = 10;

/** What the raft thread stands still for. */
type Waiting =
  | { readonly kind: 'election' | 'snapshot'; readonly file: DurableFile }
  | { readonly kind: 'log'; readonly endOffset: number };

/**
 * One replica of the metadata log. Kafka's raft thread takes one event at a time and stands still in fsync; so does
 * this: while something must become durable, inputs wait, and so do the words that rest on it. `append` alone goes
 * on, into the accumulator, as Kafka's does.
 */
export class Raft {
  readonly #options: RaftOptions;
  readonly #elections: ElectionFile;
  readonly #log: MetadataLog;
  readonly #outbound: Outbound;
  readonly #core: RaftCore;
  readonly #committed: CommittedReader;
  readonly #backlog: Deferred[] = [];
  #waiting: Waiting | null = null;
  #isBooted = false;
  #isStopped = false;
  #armedAt: Us = NEVER;
  #cleanAt: Us = NEVER;

  constructor(options: RaftOptions) {
    this.#options = options;
    const { config, disk, nodeId, directoryId, canVote, random, voters, wall } = options;
    const directory = `${options.directory}/${METADATA_LOG}`;
    const endpoint = options.endpoint ?? voters.find(({ id }) => id === nodeId) ?? null;
    const self = { id: nodeId, directoryId, canVote, endpoint };
    this.#elections = new ElectionFile(disk, options.directory, directory);
    this.#log = new MetadataLog(disk, directory, wall, config, VoterSet.ofStatic(voters));
    this.#outbound = new Outbound(
      options.rpc,
      options.responder,
      config['controller.quorum.request.timeout.ms'] * MS,
    );
    this.#core = new RaftCore({
      config,
      self,
      clusterId: options.clusterId,
      bootstrapServers: options.bootstrapServers ?? voters,
      addresses: options.addresses ?? null,
      quorum: new Quorum(
        self,
        this.#log.voters,
        random,
        config['controller.quorum.election.timeout.ms'] * MS,
        config['controller.quorum.fetch.timeout.ms'] * MS,
      ),
      log: this.#log,
      outbound: this.#outbound,
      wall,
      random,
    });
    this.#committed = new CommittedReader(this.#log);
  }

  /** Recovers the log, takes up the election where the disk has it, and starts. */
  boot(now: Us, out: Outbox): void {
    assert(!this.#isBooted, 'a replica boots once');
    const log = openMetadataLog(this.#options, out);
    const failure = log instanceof DiskError ? log : this.#log.open(log, out);
    if (failure !== null) {
      this.#fail(failure, out);
      return;
    }
    const election = this.#elections.read();
    if (election instanceof DiskError) {
      this.#fail(election, out);
      return;
    }
    this.#isBooted = true;
    this.#cleanAt = now + CLEAN_INTERVAL_US;
    const core = this.#core;
    core.followVoters(out);
    core.quorum.initialize(election, this.#log.lastFetchedEpoch, now, out);
    const { role } = core.quorum;
    const isOnlyVoter = core.isVoter && core.peers.length === 0;
    if (isOnlyVoter && role.kind !== 'candidate') core.becomeProspective(now, out);
    else if (role.kind === 'candidate') core.advanceElection(now, out);
    this.#run(now, out);
  }

  /** A request of `RAFT_APIS`, which the caller has routed. It may be answered much later. */
  handle(now: Us, request: Request, out: Outbox): void {
    this.#input(now, { kind: 'request', request }, out);
  }

  onReply(now: Us, token: number, reply: Reply, out: Outbox): void {
    this.#input(now, { kind: 'reply', token, reply }, out);
  }

  onTimer(now: Us, kind: number, out: Outbox): void {
    assert(kind === RaftTimer.poll, () => `timer kind ${kind} is not raft's`);
    this.#armedAt = NEVER;
    this.#run(now, out);
  }

  /** True when the ticket was one of this replica's. */
  onSynced(now: Us, ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    const isOwn = this.#advanceSync(now, ticket, error, out);
    if (isOwn) this.#run(now, out);
    return isOwn;
  }

  // The face to the state machine above.

  /** The leader that this replica knows in its epoch, or -1. */
  get leader(): number {
    return this.#core.leader;
  }

  get quorumEpoch(): number {
    return this.#core.epoch;
  }

  get role(): RoleKind {
    return this.#core.quorum.role.kind;
  }

  get isLeader(): boolean {
    return this.#core.quorum.role.kind === 'leader';
  }

  /** Exclusive; -1 while unknown: a new leader knows none until a record of its own epoch is committed. */
  get highWatermark(): number {
    return this.#core.quorum.role.highWatermark;
  }

  get logStartOffset(): number {
    return this.#log.startOffset;
  }

  get logEndOffset(): number {
    return this.#log.endOffset;
  }

  /** The offset that the next appended record takes: batches for `append` are built from it. */
  get nextOffset(): number {
    return this.#core.appends?.nextOffset ?? this.#log.endOffset;
  }

  /** The end offset and epoch of the newest snapshot, or null. */
  get latestSnapshotId(): OffsetAndEpoch | null {
    return this.#log.snapshots.latest;
  }

  /** A graceful stop has done what it could. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Leader only: takes batches into the log, in order, after a linger. Answers the last offset, or null when this
   * replica does not lead (Kafka's NotLeaderException). What is not committed when the leadership ends is lost.
   */
  append(now: Us, batches: readonly Uint8Array[], out: Outbox): number | null {
    assert(batches.length > 0, 'an append has records');
    let lastOffset: number | null = null;
    for (const batch of batches) {
      lastOffset = this.#core.prepareAppend(batch, now);
      if (lastOffset === null) return null;
    }
    if (this.#waiting === null) this.#run(now, out);
    return lastOffset;
  }

  /** A snapshot that replaces the state above, or null. Asked before `takeCommitted`. */
  takeSnapshotToLoad(): SnapshotToLoad | null {
    return this.#committed.takeSnapshot(this.highWatermark);
  }

  /** Batches committed since the last call, in order, each once. */
  takeCommitted(): readonly CommittedBatch[] {
    return this.#committed.take(this.highWatermark);
  }

  /**
   * A change of this replica's own leadership, told once; asked after `takeCommitted` was applied. A leader is told
   * only when all before its epoch has been read: a controller that acts on less decides from the past.
   */
  takeLeadership(): 'became leader' | 'lost leadership' | null {
    return this.#committed.takeLeadership(this.#core.quorum.role);
  }

  /**
   * Writes a snapshot of all before `offset`; `state` holds the batches of the image, whose offsets are set here.
   * False when there is nothing to do. The log below goes later, when retention says so.
   */
  createSnapshot(_: Us, offset: number, epoch: number, state: readonly Uint8Array[], out: Outbox): boolean {
    const isWriting = this.#log.createSnapshot({ offset, epoch }, state);
    this.#failIfBroken(out);
    return isWriting;
  }

  /** Who votes, as the end of this replica's log says: committed or not, it counts. */
  get voters(): VoterSet {
    return this.#log.voters.current;
  }

  /** The finalized `kraft.version`; a leader counts one that it is writing. */
  get kraftVersion(): number {
    const { role } = this.#core.quorum;
    if (role.kind === 'leader' && role.requestedKRaftVersion >= 0) return role.requestedKRaftVersion;
    return this.#log.voters.kraftVersion;
  }

  /**
   * Leader only: raises `kraft.version` (KIP-853), which makes static voters dynamic. Null when it is under way, or with
   * `validateOnly` could be; otherwise why it cannot be.
   */
  upgradeKRaftVersion(now: Us, kraftVersion: number, validateOnly: boolean, out: Outbox): string | null {
    const { role } = this.#core.quorum;
    if (role.kind !== 'leader') return 'the replica does not lead the quorum';
    const refusal = rejectKRaftVersion(this.#core, role, kraftVersion);
    if (refusal !== null || validateOnly) return refusal;
    raiseKRaftVersion(this.#core, role, kraftVersion, now);
    if (this.#waiting === null) this.#run(now, out);
    return null;
  }

  /** Gives the leadership up, if it is held, naming successors; goes on as a voter. */
  resign(now: Us, out: Outbox): void {
    const { role } = this.#core.quorum;
    if (role.kind !== 'leader') return;
    role.resignRequested = true;
    if (this.#waiting === null) this.#run(now, out);
  }

  /** A graceful stop: resigns, and waits until another leads or the time is over. Then `isStopped`. */
  shutdown(now: Us, timeoutUs: Us, out: Outbox): void {
    if (this.#core.isShuttingDown) return;
    this.#core.shutdownAt = now + timeoutUs;
    if (this.#waiting === null) this.#run(now, out);
  }

  #input(now: Us, input: Deferred, out: Outbox): void {
    if (this.#isStopped) return;
    assert(this.#backlog.length < MAX_BACKLOG, 'inputs behind a sync are bounded by the connections');
    this.#backlog.push(input);
    this.#run(now, out);
  }

  /** Kafka's `poll` loop, until there is nothing to do or something to wait for. */
  #run(now: Us, out: Outbox): void {
    if (this.#waiting !== null || this.#isStopped || !this.#isBooted) return;
    let polls = 0;
    let deadline = POLL_AGAIN;
    for (;;) {
      if (this.#failIfBroken(out) || this.#beginSync(now, out)) return;
      if (deadline === POLL_AGAIN) {
        this.#isStopped = this.#core.mayStop(now);
        if (this.#isStopped) return;
        assert(polls++ < MAX_POLLS, 'a role rests after a few changes');
        deadline = this.#poll(now, out);
        continue;
      }
      const next = this.#backlog.shift();
      if (next === undefined) {
        this.#arm(deadline, out);
        return;
      }
      this.#dispatch(now, next, out);
      polls = 0;
      deadline = POLL_AGAIN;
    }
  }

  /** True when there is something to wait for. What has been said and rests on nothing more goes out first. */
  #beginSync(now: Us, out: Outbox): boolean {
    const { quorum } = this.#core;
    if (quorum.isDirty) {
      const { current, kraftVersion } = this.#log.voters;
      const file = this.#elections.write(quorum.takeElection(), current.ids, kraftVersion);
      if (file instanceof DiskError) this.#fail(file, out);
      else this.#waiting = { kind: 'election', file };
      return true;
    }
    if (quorum.role.kind === 'candidate' && quorum.role.elected) this.#core.becomeLeader(now, out);
    this.#outbound.release(now, out);
    const { role } = quorum;
    if (role.kind === 'follower' && role.download?.isWhole) {
      this.#waiting = { kind: 'snapshot', file: this.#log.freezeDownload(role.download) };
      return true;
    }
    if (this.#core.mustSync) {
      this.#log.startSync();
      if (!this.#log.isDurableTo(this.#log.endOffset)) {
        this.#waiting = { kind: 'log', endOffset: this.#log.endOffset };
        return true;
      }
      this.#onLogDurable(now, out);
      this.#outbound.release(now, out);
    }
    return false;
  }

  #advanceSync(now: Us, ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    const waiting = this.#waiting;
    if (waiting !== null && waiting.kind !== 'log' && waiting.file.awaits(ticket)) {
      const answer = waiting.file.advance(error);
      if (answer === 'pending') return true;
      this.#waiting = null;
      const { role } = this.#core.quorum;
      if (answer instanceof DiskError) this.#fail(answer, out);
      else if (waiting.kind === 'snapshot' && role.kind === 'follower') this.#core.installSnapshot(role, out);
      return true;
    }
    if (this.#log.onSnapshotSynced(ticket, error)) return true;
    if (!this.#isBooted || !this.#log.onLogSynced(ticket, error, out)) return false;
    if (this.#failIfBroken(out)) return true;
    if (waiting?.kind === 'log' && this.#log.isDurableTo(waiting.endOffset)) {
      this.#waiting = null;
      this.#onLogDurable(now, out);
    }
    return true;
  }

  #onLogDurable(now: Us, out: Outbox): void {
    const { role } = this.#core.quorum;
    if (role.kind === 'leader') this.#core.onLeaderSynced(role, this.#log.endOffset, now, out);
  }

  #poll(now: Us, out: Outbox): Us {
    for (const { request, response } of this.#core.parked.takeExpired(now)) {
      this.#outbound.respond(request.id, response);
    }
    if (now >= this.#cleanAt) {
      this.#log.clean(out);
      this.#cleanAt = now + CLEAN_INTERVAL_US;
    }
    const deadline = this.#core.quorum.role.poll(this.#core, now, out);
    if (deadline === POLL_AGAIN) return POLL_AGAIN;
    return Math.min(deadline, this.#core.parked.nextDeadline, this.#cleanAt);
  }

  /** The timer only ever comes earlier: too early costs a wake-up, moving it costs one each message. */
  #arm(deadline: Us, out: Outbox): void {
    if (deadline >= this.#armedAt) return;
    this.#armedAt = deadline;
    out.arm(timerId(RaftTimer.poll), deadline);
  }

  #dispatch(now: Us, input: Deferred, out: Outbox): void {
    if (input.kind === 'reply') {
      handleReply(this.#core, now, input.token, input.reply, out);
      return;
    }
    const response = handleRequest(this.#core, now, input.request, out);
    if (response !== null) this.#outbound.respond(input.request.id, response);
  }

  #failIfBroken(out: Outbox): boolean {
    const { failure } = this.#log;
    if (failure !== null && !this.#isStopped) this.#fail(failure, out);
    return failure !== null;
  }

  /** Kafka's fault handler: a controller without its metadata log is of no use, and not to be trusted. */
  #fail(error: DiskError, out: Outbox): void {
    this.#isStopped = true;
    out.exit('failed', `metadata log: ${error.code} ${error.path}`);
  }
}

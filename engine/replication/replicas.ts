import type { Reply, Request, Responder, Rpc } from '../exchange/index.ts';
import type { AppendInfo } from '../log/index.ts';
import {
  assert,
  type DiskError,
  MS,
  type Outbox,
  type Random,
  type Ticket,
  timerId,
  type Us,
  type WallClock,
} from '../machine/index.ts';
import {
  brokerConfigNumber,
  ClusterImage,
  type ConfigNode,
  ConfigResource,
  type MetadataDelta,
  type StaticConfig,
} from '../metadata/index.ts';
import {
  type AlterReplicaLogDirsRequest,
  type DeleteRecordsRequest,
  type DescribeLogDirsRequest,
  type DescribeProducersRequest,
  ErrorCode,
  type FetchRequest,
  type ListOffsetsRequest,
  type OffsetForLeaderEpochRequest,
  type ProduceRequest,
  type Records,
} from '../wire/index.ts';
import { handleAlterReplicaLogDirs } from './alter-log-dirs.ts';
import { appendToLeader } from './append.ts';
import { DeleteRecords } from './delete-records.ts';
import { decideDescribeLogDirs, type VolumeSpace } from './describe-log-dirs.ts';
import { decideDescribeProducers } from './describe-producers.ts';
import { DirectoryAssignments } from './directory-assignments.ts';
import { Fetchers } from './fetchers.ts';
import { Fetches } from './fetches.ts';
import { HostedPartitions } from './hosted-partitions.ts';
import { IsrChanges } from './isr-changes.ts';
import { handleListOffsets } from './list-offsets.ts';
import type { LogHome } from './log-home.ts';
import { handleOffsetForLeaderEpoch } from './offset-for-leader-epoch.ts';
import { News, type Partition } from './partition.ts';
import { Produces } from './produces.ts';
import { ReplicaMoves } from './replica-moves.ts';
import type { FetchView, ReplicaView } from './replica-view.ts';
import type { ReplicationConfig } from './replication-config.ts';
import type { BrokerIdentity, ReplicationContext } from './replication-context.ts';
import { ReplicationQuota } from './replication-quota.ts';
import { RoleChanges } from './role-changes.ts';
import { Throttles } from './throttles.ts';
import { ALTER_PARTITION_OWNER, DIRECTORY_ASSIGNMENT_OWNER, ReplicationTimer } from './timer.ts';
import { type MarkerSettled, type TransactionMarker, TransactionMarkers } from './transaction-markers.ts';
import { type PartitionErrors, TransactionalProduces } from './transactional-produce.ts';

export interface ReplicasOptions {
  readonly nodeId: number;
  readonly config: ReplicationConfig;
  /** The broker's static configuration under Kafka's names: topic defaults come from it. */
  readonly staticConfig?: StaticConfig;
  readonly directory: LogHome;
  /** What a log directory's volume holds, if anybody knows. */
  readonly spaceOf?: (path: string) => VolumeSpace;
  readonly rpc: Rpc;
  readonly responder: Responder;
  readonly identity: BrokerIdentity;
  /** For the timestamps of transactions' markers. */
  readonly wall?: WallClock;
  /** For fetch session ids. */
  readonly random: Random;
  /** For the backoff of directory assignments. */
  readonly assignmentRandom?: Random;
}

const MOVE_RATE = 'replica.alter.log.dirs.io.max.bytes.per.second';

/**
 * The data replication of one broker (`ReplicaManager`): turns metadata into roles, requests into appends and reads,
 * and settles parked work before each step ends.
 */
export class Replicas {
  readonly transactionalProduces: TransactionalProduces;
  readonly #context: ReplicationContext;
  readonly #hosted = new HostedPartitions();
  readonly #fetches: Fetches;
  readonly #produces: Produces;
  readonly #markers: TransactionMarkers;
  readonly #fetchers: Fetchers;
  readonly #roles: RoleChanges;
  readonly #deletions: DeleteRecords;
  readonly #home: LogHome;
  readonly #node: ConfigNode;
  readonly #assignments: DirectoryAssignments;
  readonly #quota: ReplicationQuota;
  readonly #moves: ReplicaMoves;
  readonly #spaceOf: (path: string) => VolumeSpace;
  #lastToken = 0;
  #hasMetadata = false;
  #replicated: Partition[] = [];

  constructor(options: ReplicasOptions) {
    const node = { nodeId: options.nodeId, static: options.staticConfig ?? {} };
    this.#context = {
      nodeId: options.nodeId,
      config: options.config,
      lagMaxUs: options.config['replica.lag.time.max.ms'] * MS,
      rpc: options.rpc,
      responder: options.responder,
      identity: options.identity,
      hosted: this.#hosted,
      isrChanges: new IsrChanges(),
      throttles: new Throttles(node),
      image: new ClusterImage(),
      storageFailed: (now, out) => this.#roles.onDirectoryFailed(now, out),
      nextToken: () => {
        this.#lastToken += 1;
        return this.#lastToken;
      },
    };
    this.#fetches = new Fetches(this.#context, options.random);
    this.#produces = new Produces(this.#context);
    this.transactionalProduces = new TransactionalProduces(this.#context);
    this.#markers = new TransactionMarkers(this.#context, options.wall ?? { nowMs: () => 0 });
    this.#fetchers = new Fetchers(this.#context);
    this.#deletions = new DeleteRecords(this.#context);
    this.#home = options.directory;
    this.#spaceOf = options.spaceOf ?? unknownSpace;
    const random = options.assignmentRandom ?? options.random;
    this.#assignments = new DirectoryAssignments(this.#context, random);
    this.#quota = new ReplicationQuota(options.config[MOVE_RATE]);
    this.#moves = new ReplicaMoves(this.#context, this.#home, this.#assignments, this.#quota);
    this.#node = node;
    this.#roles = new RoleChanges({
      context: this.#context,
      fetchers: this.#fetchers,
      home: this.#home,
      moves: this.#moves,
      assignments: this.#assignments,
      node,
    });
  }

  /** Replicas on their way to another log directory. */
  get movesUnderWay(): number {
    return this.#moves.size;
  }

  /** Directory assignments that the controller has not accepted yet. */
  get assignmentsPending(): number {
    return this.#assignments.pending;
  }

  views(): Iterable<ReplicaView> {
    return this.#hosted.values();
  }

  /** What its followers fetch. */
  fetches(): Iterable<FetchView> {
    return this.#fetchers.views();
  }

  view(topic: string, index: number): ReplicaView | undefined {
    return this.#hosted.find(topic, index);
  }

  /** Arms what runs for as long as the process does. */
  start(now: Us, out: Outbox): void {
    this.#armIsrShrink(now, out);
  }

  /**
   * Takes on what the metadata says of this broker's replicas (`ReplicaManager.applyDelta`). Deletions come first: a
   * topic of the same name may be created in the same delta. `image` is the state after the delta.
   */
  applyDelta(now: Us, delta: MetadataDelta, image: ClusterImage, out: Outbox): void {
    this.#context.image = image;
    this.#context.throttles.apply(image);
    if (!this.#hasMetadata) {
      this.#hasMetadata = true;
      this.#roles.removeStrays(image, out);
    }
    if (delta.configs.some(({ resourceType }) => resourceType === ConfigResource.BROKER)) {
      this.#quota.update(brokerConfigNumber(image, MOVE_RATE, this.#node));
    }
    this.#roles.apply(now, delta, out);
    for (const broker of delta.brokers()) this.#fetches.onBrokerChanged(broker.id);
    this.#fetchers.start(now, out);
    this.#settle(now, out);
  }

  /** Partitions in `errors` are refused. */
  handleProduce(
    now: Us,
    request: Request<ProduceRequest>,
    out: Outbox,
    errors: PartitionErrors | null = null,
  ): void {
    this.#produces.handle(now, request, errors, out);
    this.#settle(now, out);
  }

  /** Ends a transaction in one partition that is led here. */
  appendMarker(
    now: Us,
    topic: string,
    index: number,
    marker: TransactionMarker,
    settled: MarkerSettled,
    out: Outbox,
  ): void {
    this.#markers.append(now, topic, index, marker, settled, out);
    this.#settle(now, out);
  }

  handleDescribeProducers(_now: Us, request: Request<DescribeProducersRequest>, out: Outbox): void {
    this.#context.responder.respond(request.id, decideDescribeProducers(this.#context, request), out);
  }

  handleFetch(now: Us, request: Request<FetchRequest>, out: Outbox): void {
    this.#fetches.handle(now, request, out);
    this.#settle(now, out);
  }

  handleDeleteRecords(now: Us, request: Request<DeleteRecordsRequest>, out: Outbox): void {
    this.#deletions.handle(now, request, out);
    this.#settle(now, out);
  }

  handleAlterReplicaLogDirs(now: Us, request: Request<AlterReplicaLogDirsRequest>, out: Outbox): void {
    handleAlterReplicaLogDirs(this.#context, this.#home, this.#moves, now, request, out);
    this.#settle(now, out);
  }

  handleDescribeLogDirs(_now: Us, request: Request<DescribeLogDirsRequest>, out: Outbox): void {
    const body = decideDescribeLogDirs(this.#home, request.body, this.#spaceOf);
    this.#context.responder.respond(request.id, body, out);
  }

  handleListOffsets(_now: Us, request: Request<ListOffsetsRequest>, out: Outbox): void {
    handleListOffsets(this.#context, request, out);
  }

  handleOffsetForLeaderEpoch(_now: Us, request: Request<OffsetForLeaderEpochRequest>, out: Outbox): void {
    handleOffsetForLeaderEpoch(this.#context, request, out);
  }

  /**
   * Appends records of a coordinator of this broker. Answers an error code when nothing was appended. Who waits for
   * their replication watches the view's high watermark. `version` is an end marker's `transaction.version`.
   */
  append(
    now: Us,
    topic: string,
    index: number,
    records: Records,
    acks: number,
    out: Outbox,
    version = 0,
  ): AppendInfo | number {
    const partition = this.#hosted.find(topic, index);
    const unserved = this.#hosted.reject(this.#context.image, topic, index, partition);
    if (partition === undefined || unserved !== ErrorCode.NONE) return unserved;
    const context = this.#context;
    const appended = appendToLeader(context, partition, records, acks, now, out, 'coordinator', version);
    this.#settle(now, out);
    return appended;
  }

  /** Partitions of coordinators' topics whose high watermark has moved since the last call. */
  takeReplicated(): readonly ReplicaView[] {
    const taken = this.#replicated;
    if (taken.length > 0) this.#replicated = [];
    return taken;
  }

  /** The reply to a request that this component sent. True when the token was its own. */
  onReply(now: Us, owner: number, token: number, reply: Reply, out: Outbox): boolean {
    if (owner === ALTER_PARTITION_OWNER) {
      this.#context.isrChanges.onReply(this.#context, now, reply, out);
    } else if (owner === DIRECTORY_ASSIGNMENT_OWNER) {
      for (const { topicId, index, directoryId } of this.#assignments.onReply(now, reply, out)) {
        this.#moves.onAssigned(now, topicId, index, directoryId, out);
      }
    } else if (!this.#fetchers.onReply(now, token, reply, out)) {
      return false;
    }
    this.#settle(now, out);
    return true;
  }

  onTimer(now: Us, kind: number, argument: number, out: Outbox): void {
    switch (kind) {
      case ReplicationTimer.IsrShrink:
        this.#lookForLag(now, out);
        break;
      case ReplicationTimer.FetchExpired:
        this.#fetches.onExpired(now, argument, out);
        break;
      case ReplicationTimer.ProduceExpired:
        this.#produces.onExpired(argument, out);
        break;
      case ReplicationTimer.FetcherBackoff:
        this.#fetchers.onBackoffEnded(now, argument, out);
        break;
      case ReplicationTimer.AlterPartitionRetry:
        this.#context.isrChanges.onRetryTimer(this.#context, now, out);
        break;
      case ReplicationTimer.DeleteRecordsExpired:
        this.#deletions.onExpired(argument, out);
        break;
      case ReplicationTimer.DirectoryAssignments:
        this.#assignments.onTimer(now, out);
        break;
      case ReplicationTimer.ReplicaMoves:
        this.#moves.onTimer(now, out);
        break;
      default:
        assert(false, () => `timer kind ${kind} is not replication's`);
    }
    this.#settle(now, out);
  }

  /** A flush has ended. True when it was one that a fetcher waited for. */
  onSynced(now: Us, ticket: Ticket, _error: DiskError | null, out: Outbox): boolean {
    return this.#fetchers.onSynced(now, ticket, out);
  }

  /** Controlled shutdown has begun (`beginControlledShutdown`): replicas that lose their place stop fetching. */
  becomeStopping(_now: Us, _out: Outbox): void {
    this.#roles.becomeStopping();
  }

  /** A log directory failed. The owner tells when it learns of it elsewhere than here. */
  onDirectoryFailed(now: Us, out: Outbox): void {
    this.#roles.onDirectoryFailed(now, out);
    this.#settle(now, out);
  }

  /** Log starts may have moved behind replication's back (retention): readers and leaders shall hear of it. */
  noteLogStarts(now: Us, out: Outbox): void {
    for (const partition of this.#hosted.values()) {
      if (partition.noteLogStart()) this.#hosted.tell(partition, News.LogStart);
      if (partition.role.kind === 'follower') this.#fetchers.refreshLogStart(partition);
    }
    this.#settle(now, out);
  }

  #armIsrShrink(now: Us, out: Outbox): void {
    out.arm(timerId(ReplicationTimer.IsrShrink), now + this.#context.lagMaxUs / 2);
  }

  #lookForLag(now: Us, out: Outbox): void {
    for (const partition of this.#hosted.values()) {
      const leading = partition.leading;
      if (leading !== null) this.#context.isrChanges.tryShrink(this.#context, partition, leading, now, out);
    }
    this.noteLogStarts(now, out);
    this.#armIsrShrink(now, out);
  }

  /** Nobody leaves a step with news that parked work has not seen. */
  #settle(now: Us, out: Outbox): void {
    while (this.#hosted.hasNews) {
      for (const partition of this.#hosted.takeNews()) {
        const { news } = partition;
        partition.news = 0;
        if ((news & (News.HighWatermark | News.Role)) !== 0) {
          this.#produces.settle(partition, out);
          this.#markers.settle(now, partition, out);
        }
        if (partition.isCoordinators && (news & News.HighWatermark) !== 0) this.#replicated.push(partition);
        if ((news & (News.LogStart | News.Role)) !== 0) this.#deletions.settle(partition, out);
        this.#fetches.onNews(partition, news);
      }
      this.#fetches.settle(now, out);
    }
  }
}

/** Nobody has looked at the volume. */
function unknownSpace(): VolumeSpace {
  return { totalBytes: -1, usableBytes: -1 };
}

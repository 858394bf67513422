import type { Reply, Request, Responder, Rpc } from '../exchange/index.ts';
import type { AppendInfo, Log, LogConfig } from '../log/index.ts';
import {
  assert,
  type DiskError,
  isDiskError,
  MS,
  type Outbox,
  type Random,
  timerId,
  type Us,
} from '../machine/index.ts';
import {
  ClusterImage,
  type ConfigNode,
  ConfigResource,
  type MetadataDelta,
  type PartitionDelta,
  type PartitionRegistration,
  type StaticConfig,
  topicConfigNumber,
} from '../metadata/index.ts';
import {
  ErrorCode,
  type FetchRequest,
  type ListOffsetsRequest,
  type OffsetForLeaderEpochRequest,
  type ProduceRequest,
  type Records,
} from '../wire/index.ts';
import { appendToLeader } from './append.ts';
import { Fetchers } from './fetchers.ts';
import { Fetches } from './fetches.ts';
import { advanceLeaderHighWatermark } from './high-watermark.ts';
import { HostedPartitions } from './hosted-partitions.ts';
import { IsrChanges } from './isr-changes.ts';
import { handleListOffsets } from './list-offsets.ts';
import { handleOffsetForLeaderEpoch } from './offset-for-leader-epoch.ts';
import { News, Partition } from './partition.ts';
import { Produces } from './produces.ts';
import type { ReplicaView } from './replica-view.ts';
import type { ReplicationConfig } from './replication-config.ts';
import type { BrokerIdentity, ReplicationContext } from './replication-context.ts';
import { ALTER_PARTITION_OWNER, ReplicationTimer } from './timer.ts';
import { topicLogConfig } from './topic-log-config.ts';

/** The logs of the broker's directory: what `LogDirectory` offers. */
export interface LogHome {
  logs(): Iterable<Log>;
  get(name: string): Log | undefined;
  create(name: string, topicId: string, config: LogConfig, out: Outbox): Log | DiskError;
  remove(name: string, out: Outbox): unknown;
}

export interface ReplicasOptions {
  readonly nodeId: number;
  readonly config: ReplicationConfig;
  /** The broker's static configuration under Kafka's names: topic defaults come from it. */
  readonly staticConfig?: StaticConfig;
  readonly directory: LogHome;
  readonly rpc: Rpc;
  readonly responder: Responder;
  readonly identity: BrokerIdentity;
  /** For fetch session ids. */
  readonly random: Random;
}

/**
 * The data replication of one broker (`ReplicaManager`): turns metadata into roles, requests into appends and reads,
 * and settles parked work before each step ends.
 */
export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #node: ConfigNode;
  readonly #context: ReplicationContext;
  readonly #hosted = new HostedPartitions();
  readonly #fetches: Fetches;
  readonly #produces: Produces;
  readonly #fetchers: Fetchers;
  #lastToken = 0;
  #hasMetadata = false;
  #isStopping = false;
  #isDirectoryOffline = false;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#node = { nodeId: options.nodeId, static: options.staticConfig ?? {} };
    this.#context = {
      nodeId: options.nodeId,
      config: options.config,
      lagMaxUs: options.config['replica.lag.time.max.ms'] * MS,
      rpc: options.rpc,
      responder: options.responder,
      identity: options.identity,
      hosted: this.#hosted,
      isrChanges: new IsrChanges(),
      image: new ClusterImage(),
      storageFailed: (now, out) => this.onDirectoryFailed(now, out),
      nextToken: () => {
        this.#lastToken += 1;
        return this.#lastToken;
      },
    };
    this.#fetches = new Fetches(this.#context, options.random);
    this.#produces = new Produces(this.#context);
    this.#fetchers = new Fetchers(this.#context);
  }

  /** True once the log directory has failed: with one directory the broker has nothing left to serve. */
  get isDirectoryOffline(): boolean {
    return this.#isDirectoryOffline;
  }

  views(): Iterable<ReplicaView> {
    return this.#hosted.values();
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
    const isFirst = !this.#hasMetadata;
    this.#hasMetadata = true;
    if (isFirst) {
      this.#armIsrShrink(now, out);
      this.#removeStrays(image, out);
    }
    const changes = delta.partitions();
    for (const change of changes) if (this.#leavesHere(change)) this.#stop(change, out);
    const local = changes.filter((change) => this.#staysHere(change));
    for (const change of local) {
      if (change.next?.leader === this.#options.nodeId) this.#lead(now, change, change.next, out);
    }
    for (const change of local) {
      if (change.next !== null && change.next.leader !== this.#options.nodeId) {
        this.#follow(change, change.next, out);
      }
    }
    for (const broker of delta.brokers()) this.#fetches.onBrokerChanged(broker.id);
    if (delta.configs.length > 0) this.#refreshConfigs(delta);
    this.#fetchers.start(now, out);
    this.#settle(now, out);
  }

  handleProduce(now: Us, request: Request<ProduceRequest>, out: Outbox): void {
    this.#produces.handle(now, request, out);
    this.#settle(now, out);
  }

  handleFetch(now: Us, request: Request<FetchRequest>, out: Outbox): void {
    this.#fetches.handle(now, request, out);
    this.#settle(now, out);
  }

  handleListOffsets(_now: Us, request: Request<ListOffsetsRequest>, out: Outbox): void {
    handleListOffsets(this.#context, request, out);
  }

  handleOffsetForLeaderEpoch(_now: Us, request: Request<OffsetForLeaderEpochRequest>, out: Outbox): void {
    handleOffsetForLeaderEpoch(this.#context, request, out);
  }

  /**
   * Appends records of a coordinator of this broker. Answers an error code when nothing was appended. What waits for
   * the records to be replicated watches the view's high watermark.
   */
  append(
    now: Us,
    topic: string,
    index: number,
    records: Records,
    acks: number,
    out: Outbox,
  ): AppendInfo | number {
    const partition = this.#hosted.find(topic, index);
    const unserved = this.#hosted.reject(this.#context.image, topic, index, partition);
    if (partition === undefined || unserved !== ErrorCode.NONE) return unserved;
    const appended = appendToLeader(this.#context, partition, records, acks, now, out, 'coordinator');
    this.#settle(now, out);
    return appended;
  }

  /** The reply to a request that this component sent. True when the token was its own. */
  onReply(now: Us, owner: number, token: number, reply: Reply, out: Outbox): boolean {
    if (owner === ALTER_PARTITION_OWNER) {
      this.#context.isrChanges.onReply(this.#context, now, reply, out);
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
      default:
        assert(false, () => `timer kind ${kind} is not replication's`);
    }
    this.#settle(now, out);
  }

  /** Controlled shutdown has begun (`beginControlledShutdown`): replicas that lose their place stop fetching. */
  becomeStopping(_now: Us, _out: Outbox): void {
    this.#isStopping = true;
  }

  /** The log directory failed: everything in it is offline until the process restarts (`handleLogDirFailure`). */
  onDirectoryFailed(_now: Us, out: Outbox): void {
    if (this.#isDirectoryOffline) return;
    this.#isDirectoryOffline = true;
    out.probe('log directory failed');
    for (const partition of this.#hosted.values()) {
      this.#fetchers.remove(partition);
      this.#markOffline(partition, out);
    }
  }

  /** Log starts may have moved behind replication's back (retention): readers and leaders shall hear of it. */
  noteLogStarts(now: Us, out: Outbox): void {
    for (const partition of this.#hosted.values()) {
      if (partition.noteLogStart()) this.#hosted.tell(partition, News.LogStart);
      if (partition.role.kind === 'follower') this.#fetchers.refreshLogStart(partition);
    }
    this.#settle(now, out);
  }

  #leavesHere({ previous, next }: PartitionDelta): boolean {
    const { nodeId } = this.#options;
    return (previous?.replicas.includes(nodeId) ?? false) && !(next?.replicas.includes(nodeId) ?? false);
  }

  #staysHere({ previous, next }: PartitionDelta): boolean {
    if (next === null || !next.replicas.includes(this.#options.nodeId)) return false;
    return previous === null || previous.partitionEpoch !== next.partitionEpoch;
  }

  #stop(change: PartitionDelta, out: Outbox): void {
    const partition = this.#hosted.find(change.topic, change.partition);
    if (partition === undefined || partition.topicId !== change.topicId) return;
    this.#fetchers.remove(partition);
    const hadLog = partition.log !== null;
    partition.becomeStopped();
    this.#hosted.remove(partition);
    this.#hosted.tell(partition, News.Role);
    if (hadLog) this.#options.directory.remove(partition.name, out);
  }

  #lead(now: Us, change: PartitionDelta, registration: PartitionRegistration, out: Outbox): void {
    const partition = this.#host(change, out);
    if (partition === null) return;
    this.#fetchers.remove(partition);
    if (!partition.becomeLeader(now, this.#options.nodeId, registration, out)) return;
    this.#hosted.tell(partition, News.Role);
    const leading = partition.leading;
    assert(leading !== null, 'it has just become leader');
    // The ISR may be down to this broker alone.
    advanceLeaderHighWatermark(this.#context, partition, leading, now, out);
  }

  #follow(change: PartitionDelta, registration: PartitionRegistration, out: Outbox): void {
    const partition = this.#host(change, out);
    if (partition === null) return;
    const isNewEpoch = partition.becomeFollower(registration, out);
    if (isNewEpoch === null) return;
    this.#hosted.tell(partition, News.Role);
    const isPlaceless = registration.leader === -1 || !registration.isr.includes(this.#options.nodeId);
    if (this.#isStopping && isPlaceless) {
      out.probe('stopping replica fetches no more');
      this.#fetchers.remove(partition);
      return;
    }
    // A new epoch restarts the fetcher even if the leader is the same: it may have led in between (KAFKA-7164).
    if (isNewEpoch) this.#startFetching(partition, registration.leader, out);
  }

  #startFetching(partition: Partition, leader: number, out: Outbox): void {
    this.#fetchers.remove(partition);
    if (!this.#context.image.brokers.has(leader)) return;
    const log = partition.openLog();
    if (log.latestLeaderEpoch === -1 && log.logEndOffset > log.highWatermark) {
      // Without any epoch nothing tells where histories part: only what is replicated is certain.
      out.probe('truncated to the high watermark for want of epochs');
      log.truncateTo(log.highWatermark, out);
    }
    this.#fetchers.add(partition, leader);
  }

  /** The hosted replica of a partition, made if it is new here; null when it lies in a failed directory. */
  #host(change: PartitionDelta, out: Outbox): Partition | null {
    const { directory } = this.#options;
    let partition = this.#hosted.find(change.topic, change.partition);
    if (partition !== undefined && partition.role.kind === 'offline') {
      if (partition.topicId === change.topicId) return null;
      this.#hosted.remove(partition);
      partition = undefined;
    }
    if (partition !== undefined) {
      assert(partition.topicId === change.topicId, () => `${change.topic} lives here under another topic id`);
      return partition;
    }
    partition = new Partition(change.topic, change.topicId, change.partition);
    this.#hosted.add(partition);
    this.#configure(partition);
    const config = topicLogConfig(this.#context.image, change.topic, this.#node);
    const log = this.#isDirectoryOffline
      ? null
      : (directory.get(partition.name) ?? directory.create(partition.name, change.topicId, config, out));
    if (log === null || isDiskError(log)) {
      this.#markOffline(partition, out);
      return null;
    }
    log.updateConfig(config);
    partition.attachLog(log);
    return partition;
  }

  #configure(partition: Partition): void {
    const { image } = this.#context;
    partition.minInsyncReplicas = topicConfigNumber(
      image,
      partition.topic,
      'min.insync.replicas',
      this.#node,
    );
  }

  #refreshConfigs(delta: MetadataDelta): void {
    const changed = new Set<string>();
    let all = false;
    for (const { resourceType, resourceName } of delta.configs) {
      if (resourceType === ConfigResource.TOPIC) changed.add(resourceName);
      else if (resourceType === ConfigResource.BROKER) all = true;
    }
    for (const partition of this.#hosted.values()) {
      if (!all && !changed.has(partition.topic)) continue;
      this.#configure(partition);
      partition.log?.updateConfig(topicLogConfig(this.#context.image, partition.topic, this.#node));
    }
  }

  /** Logs of partitions that the metadata no longer places here, left over from before a restart. */
  #removeStrays(image: ClusterImage, out: Outbox): void {
    const { directory, nodeId } = this.#options;
    for (const log of [...directory.logs()]) {
      const split = log.name.lastIndexOf('-');
      const topic = image.topicsByName.get(log.name.slice(0, split));
      const registration = topic?.partitions[Number(log.name.slice(split + 1))];
      const isSame = topic !== undefined && (log.topicId === null || log.topicId === topic.id);
      if (isSame && (registration?.replicas.includes(nodeId) ?? false)) continue;
      out.probe('stray log removed');
      directory.remove(log.name, out);
    }
  }

  #markOffline(partition: Partition, out: Outbox): void {
    if (partition.role.kind === 'offline') return;
    partition.becomeOffline();
    out.fact({ fact: 'log closed', log: partition.name, reason: 'failed' });
    this.#hosted.tell(partition, News.Role);
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
        if ((news & (News.HighWatermark | News.Role)) !== 0) this.#produces.settle(partition, out);
        this.#fetches.onNews(partition, news);
      }
      this.#fetches.settle(now, out);
    }
  }
}

import { type Log, type LogConfig, partitionOfLog, topicOfLog } from '../log/index.ts';
import { assert, type DiskError, isDiskError, type Outbox, type Us } from '../machine/index.ts';
import {
  type ClusterImage,
  type ConfigNode,
  ConfigResource,
  DirectoryId,
  directoryOf,
  type MetadataDelta,
  type PartitionDelta,
  type PartitionRegistration,
  topicConfigNumber,
} from '../metadata/index.ts';
import type { DirectoryAssignments } from './directory-assignments.ts';
import type { Fetchers } from './fetchers.ts';
import { advanceLeaderHighWatermark } from './high-watermark.ts';
import type { LogHome } from './log-home.ts';
import { News, Partition } from './partition.ts';
import type { ReplicaMoves } from './replica-moves.ts';
import type { ReplicationContext } from './replication-context.ts';
import { topicLogConfig } from './topic-log-config.ts';

export interface RoleChangesOptions {
  readonly context: ReplicationContext;
  readonly fetchers: Fetchers;
  readonly home: LogHome;
  readonly moves: ReplicaMoves;
  readonly assignments: DirectoryAssignments;
  readonly node: ConfigNode;
}

/**
 * Turns what the metadata says of this broker's replicas into roles (`ReplicaManager.applyDelta`): who leads, who follows
 * whom, whose log is made or deleted, and under which configuration.
 */
export class RoleChanges {
  readonly #context: ReplicationContext;
  readonly #fetchers: Fetchers;
  readonly #home: LogHome;
  readonly #moves: ReplicaMoves;
  readonly #assignments: DirectoryAssignments;
  readonly #node: ConfigNode;
  #isStopping = false;

  constructor({ context, fetchers, home, moves, assignments, node }: RoleChangesOptions) {
    this.#context = context;
    this.#fetchers = fetchers;
    this.#home = home;
    this.#moves = moves;
    this.#assignments = assignments;
    this.#node = node;
  }

  /** Deletions come first: a topic of the same name may be created in the same delta. */
  apply(now: Us, delta: MetadataDelta, out: Outbox): void {
    const changes = delta.partitions();
    for (const change of changes) if (this.#leavesHere(change)) this.#stop(now, change, out);
    const { nodeId } = this.#context;
    const followed: PartitionDelta[] = [];
    for (const change of changes) {
      if (!this.#staysHere(change) || change.next === null) continue;
      if (change.next.leader === nodeId) this.#lead(now, change, change.next, out);
      else followed.push(change);
    }
    for (const change of followed) if (change.next !== null) this.#follow(change, change.next, out);
    for (const change of changes) {
      if (!this.#staysHere(change)) continue;
      this.#resumeMove(now, change, out);
      this.#tellDirectory(now, change, out);
    }
    if (delta.configs.length > 0) this.#refreshConfigs(delta);
  }

  /** Logs of partitions that the metadata no longer places here, left over from before a restart. */
  removeStrays(image: ClusterImage, out: Outbox): void {
    for (const log of [...this.#home.logs()]) {
      const topic = image.topicsByName.get(topicOfLog(log.name));
      const registration = topic?.partitions[partitionOfLog(log.name)];
      const isSame = topic !== undefined && (log.topicId === null || log.topicId === topic.id);
      if (isSame && (registration?.replicas.includes(this.#context.nodeId) ?? false)) continue;
      out.probe('stray log removed');
      this.#home.remove(log.name, out, 'stray');
    }
    this.#recoverFutures(image, out);
  }

  /**
   * A future log in the directory that the metadata assigns was to be promoted when the process, or the directory of
   * the current log, went: it is the replica now (`recoverAbandonedFutureLogs`). One of another topic goes.
   */
  #recoverFutures(image: ClusterImage, out: Outbox): void {
    const { nodeId } = this.#context;
    for (const log of [...this.#home.futures()]) {
      const topic = image.topicsByName.get(topicOfLog(log.name));
      const registration = topic?.partitions[partitionOfLog(log.name)];
      const assigned = registration === undefined ? undefined : directoryOf(registration, nodeId);
      const target = this.#home.directoryOfFuture(log.name)?.directoryId;
      if (assigned === undefined || (log.topicId !== null && log.topicId !== topic?.id)) {
        this.#home.removeFuture(log.name);
      } else if (assigned === target) {
        out.probe('abandoned future log recovered');
        this.#home.promote(log.name, out);
      }
    }
  }

  /** From now on a replica that loses its place in the ISR, or its leader, is not fetched any more. */
  becomeStopping(): void {
    this.#isStopping = true;
  }

  /** What lies in a directory that failed is offline until the process restarts (`handleLogDirFailure`). */
  onDirectoryFailed(now: Us, out: Outbox): void {
    for (const partition of this.#context.hosted.values()) {
      const isLost = (partition.log?.failure ?? null) !== null;
      const isFutureLost = (partition.future?.failure ?? null) !== null;
      if (isLost || isFutureLost) this.#moves.cancel(now, partition, false, out);
      if (!isLost) continue;
      out.probe('replica offline with its log directory');
      this.#fetchers.remove(partition);
      this.#markOffline(partition);
    }
  }

  #leavesHere({ previous, next }: PartitionDelta): boolean {
    const { nodeId } = this.#context;
    return (previous?.replicas.includes(nodeId) ?? false) && !(next?.replicas.includes(nodeId) ?? false);
  }

  #staysHere({ previous, next }: PartitionDelta): boolean {
    if (next === null || !next.replicas.includes(this.#context.nodeId)) return false;
    return previous === null || previous.partitionEpoch !== next.partitionEpoch;
  }

  /** Metadata that touches a replica on the move: it goes on from whatever the current log has become. */
  #resumeMove(now: Us, change: PartitionDelta, out: Outbox): void {
    const partition = this.#context.hosted.find(change.topic, change.partition);
    if (partition === undefined || partition.log === null) return;
    if (this.#home.future(partition.name) !== undefined) this.#moves.begin(now, partition, out);
  }

  /** The controller shall know where the replica lies (`maybeUpdateTopicAssignment`). */
  #tellDirectory(now: Us, change: PartitionDelta, out: Outbox): void {
    const { nodeId, hosted } = this.#context;
    const partition = hosted.find(change.topic, change.partition);
    if (partition === undefined || partition.log === null || change.next === null) return;
    const assigned = directoryOf(change.next, nodeId);
    const before = change.previous === null ? undefined : directoryOf(change.previous, nodeId);
    const actual = this.#home.directoryOf(partition.name)?.directoryId;
    if (actual === undefined || assigned === actual || assigned === before) return;
    if (this.#moves.targetOf(partition) === assigned) return;
    const { topicId, index } = partition;
    this.#assignments.assign(now, { topicId, index, directoryId: actual }, out);
  }

  #stop(now: Us, change: PartitionDelta, out: Outbox): void {
    const { hosted } = this.#context;
    const partition = hosted.find(change.topic, change.partition);
    if (partition === undefined || partition.topicId !== change.topicId) return;
    this.#fetchers.remove(partition);
    this.#moves.cancel(now, partition, true, out);
    const hadLog = partition.log !== null;
    partition.becomeStopped();
    hosted.remove(partition);
    hosted.tell(partition, News.Role);
    if (hadLog) this.#home.remove(partition.name, out);
  }

  #lead(now: Us, change: PartitionDelta, registration: PartitionRegistration, out: Outbox): void {
    const partition = this.#host(change, registration, out);
    if (partition === null) return;
    this.#fetchers.remove(partition);
    if (!partition.becomeLeader(now, this.#context.nodeId, registration, out)) return;
    this.#context.hosted.tell(partition, News.Role);
    const leading = partition.leading;
    assert(leading !== null, 'it has just become leader');
    // The ISR may be down to this broker alone.
    advanceLeaderHighWatermark(this.#context, partition, leading, now, out);
  }

  #follow(change: PartitionDelta, registration: PartitionRegistration, out: Outbox): void {
    const partition = this.#host(change, registration, out);
    if (partition === null) return;
    const isNewEpoch = partition.becomeFollower(registration, out);
    if (isNewEpoch === null) return;
    this.#context.hosted.tell(partition, News.Role);
    const isPlaceless = registration.leader === -1 || !registration.isr.includes(this.#context.nodeId);
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
  #host(change: PartitionDelta, registration: PartitionRegistration, out: Outbox): Partition | null {
    const { hosted } = this.#context;
    let partition = hosted.find(change.topic, change.partition);
    if (partition !== undefined && partition.role.kind === 'offline') {
      if (partition.topicId === change.topicId) return null;
      hosted.remove(partition);
      partition = undefined;
    }
    if (partition !== undefined) {
      assert(partition.topicId === change.topicId, () => `${change.topic} lives here under another topic id`);
      return partition;
    }
    partition = new Partition(change.topic, change.topicId, change.partition);
    hosted.add(partition);
    this.#configure(partition);
    const config = topicLogConfig(this.#context.image, change.topic, this.#node);
    const log = this.#openLog(partition, registration, config, out);
    if (log === null || isDiskError(log)) {
      this.#markOffline(partition);
      return null;
    }
    log.updateConfig(config);
    partition.attachLog(log);
    return partition;
  }

  /**
   * The replica's log, made if there is none: in the directory that the metadata assigns if that is online. If it is
   * not, and some directory is offline, the log may lie there and must not be made anew elsewhere: null. With all
   * directories online an unknown one was replaced by an empty one, and the replica starts over
   * (`Partition.createLogInAssignedDirectoryId`).
   */
  #openLog(
    { name, topicId }: Partition,
    registration: PartitionRegistration,
    config: LogConfig,
    out: Outbox,
  ): Log | DiskError | null {
    const existing = this.#home.get(name);
    if (existing !== undefined) return existing.failure ?? existing;
    const directoryId = directoryOf(registration, this.#context.nodeId) ?? DirectoryId.UNASSIGNED;
    const isUnassigned = directoryId === DirectoryId.UNASSIGNED;
    if (this.#home.hasOffline && !isUnassigned && !this.#home.isOnlineId(directoryId)) {
      out.probe('replica may lie in an offline log directory');
      return null;
    }
    return this.#home.create(name, topicId, config, out, { directoryId });
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
    for (const partition of this.#context.hosted.values()) {
      if (!all && !changed.has(partition.topic)) continue;
      this.#configure(partition);
      partition.log?.updateConfig(topicLogConfig(this.#context.image, partition.topic, this.#node));
    }
  }

  /** The fact is the directory's to tell (`LogDirectory.takeFailure`). */
  #markOffline(partition: Partition): void {
    if (partition.role.kind === 'offline') return;
    partition.becomeOffline();
    this.#context.hosted.tell(partition, News.Role);
  }
}

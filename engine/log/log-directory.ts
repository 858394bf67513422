import {
  assert,
  type Disk,
  DiskError,
  MS,
  type Outbox,
  type Random,
  type RandomSource,
  type Ticket,
  timerId,
  type Us,
  unreachable,
  type WallClock,
} from '../machine/index.ts';
import type { Compression, VerifiedBatches } from '../records/index.ts';
import { randomUuid, type Uuid } from '../wire/index.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { decodeCleanShutdown, encodeCleanShutdown } from './clean-shutdown-file.ts';
import { DelayedDeletion } from './delayed-deletion.ts';
import { Log } from './log.ts';
import { LogCheckpoints } from './log-checkpoints.ts';
import { type LogConfig, type LogDirectoryConfig, logConfigDefaults } from './log-config.ts';
import {
  CLEAN_SHUTDOWN_MARKER,
  deletedDirectoryName,
  isDeletedDirectory,
  META_PROPERTIES,
  METADATA_TOPIC,
  parseLogName,
} from './log-file-name.ts';
import { LogStorage, NOBODY } from './log-storage.ts';
import { LogTimer } from './log-timer.ts';
import { decodeMetaProperties, encodeMetaProperties } from './meta-properties.ts';

export interface LogDirectoryOptions {
  readonly disk: Disk;
  /** A log.dir. It exists. */
  readonly path: string;
  readonly random: RandomSource;
  readonly wall: WallClock;
  readonly config: LogDirectoryConfig;
  readonly clusterId: string;
  readonly nodeId: number;
  readonly compression?: Compression;
  readonly verified?: VerifiedBatches | undefined;
  /** Topics' configurations as known at boot; the defaults otherwise. */
  readonly topicConfig?: (topic: string) => LogConfig;
}

/** open -> flushing logs -> writing checkpoints -> writing marker -> closed; failed from any of them. */
type Closing = 'open' | 'flushing logs' | 'writing checkpoints' | 'writing marker' | 'closed' | 'failed';

/** The logs of one log.dir (`LogManager`), and what a broker writes down beside them. */
export class LogDirectory {
  readonly path: string;
  readonly wasCleanShutdown: boolean;
  /** Of the process that closed this directory cleanly; -1 when none did. */
  readonly previousBrokerEpoch: number;
  readonly #storage: LogStorage;
  readonly #config: LogDirectoryConfig;
  readonly #random: Random;
  readonly #logs = new Map<string, Log>();
  readonly #checkpoints: LogCheckpoints;
  readonly #deletion: DelayedDeletion;
  readonly #marker: CheckpointFile;
  /** The logs' names, sorted by code unit. */
  readonly #names: string[] = [];
  #directoryId: Uuid = '';
  #closing: Closing = 'open';
  #brokerEpoch = -1;
  #wasFailureTold = false;

  /** Boots a directory: identity, clean marker, checkpoints, then every log in the order of names. */
  static open(now: Us, options: LogDirectoryOptions, out: Outbox): LogDirectory | DiskError {
    const storage = new LogStorage({ ...options, deletesAtOnce: false });
    const marker = new CheckpointFile(storage, options.path, CLEAN_SHUTDOWN_MARKER);
    const content = marker.read();
    if (content instanceof DiskError) return content;
    const directory = new LogDirectory(options, storage, marker, content);
    return directory.#boot(now, options, out) ?? directory;
  }

  private constructor(
    options: LogDirectoryOptions,
    storage: LogStorage,
    marker: CheckpointFile,
    markerContent: Uint8Array | null,
  ) {
    this.path = options.path;
    this.wasCleanShutdown = markerContent !== null;
    this.previousBrokerEpoch = markerContent === null ? -1 : decodeCleanShutdown(markerContent);
    this.#storage = storage;
    this.#config = options.config;
    this.#random = options.random.stream(`log directory ${options.path}`);
    this.#marker = marker;
    this.#checkpoints = new LogCheckpoints(storage, options.path, () => this.logs());
    this.#deletion = new DelayedDeletion(storage, options.config['log.segment.delete.delay.ms'] * MS);
    storage.watchRecoveryPoints(this.#checkpoints);
  }

  /** As meta.properties has it. */
  get directoryId(): Uuid {
    return this.#directoryId;
  }

  /** The disk's first error: the directory is offline, every log in it with it. */
  get failure(): DiskError | null {
    return this.#storage.failure;
  }

  /** Whether `closeCleanly` has come to its end; then `failure` tells whether it was clean. */
  get closed(): boolean {
    return this.#closing === 'closed' || this.#closing === 'failed';
  }

  /** In the order of names. */
  *logs(): Generator<Log, void> {
    for (const name of this.#names) yield this.#logs.get(name)!;
  }

  get(name: string): Log | undefined {
    return this.#logs.get(name);
  }

  /** The log of this name, made if there is none. */
  create(name: string, topicId: Uuid | null, config: LogConfig, out: Outbox): Log | DiskError {
    const existing = this.#logs.get(name);
    if (existing !== undefined) return existing;
    if (this.#storage.failure !== null) return this.#storage.failure;
    const log = Log.open({ storage: this.#storage, parent: this.path, name, topicId, config }, out);
    if (log instanceof Log) this.#add(log);
    return log;
  }

  /** Deletes a log: its directory gets a `-delete` name at once and goes later (`asyncDelete`). */
  remove(name: string, out: Outbox): DiskError | null {
    const log = this.#logs.get(name);
    if (log === undefined) return null;
    this.#logs.delete(name);
    this.#names.splice(this.#names.indexOf(name), 1);
    log.abandon();
    out.fact({ fact: 'log closed', log: name, reason: 'deleted' });
    if (this.#storage.failure !== null) return this.#storage.failure;
    const deleted = `${this.path}/${deletedDirectoryName(name, this.#random)}`;
    const error = this.#storage.check(this.#storage.disk.rename(`${this.path}/${name}`, deleted));
    if (error === null) this.#storage.markForDeletion(deleted);
    return error;
  }

  onTimer(now: Us, kind: number, _argument: number, out: Outbox): void {
    if (this.#storage.failure !== null || this.#closing !== 'open') return;
    switch (kind) {
      case LogTimer.HighWatermarkCheckpoint:
        this.#deletion.advance(now);
        this.#checkpoints.writeHighWatermarks();
        this.#arm(now, kind, 'replica.high.watermark.checkpoint.interval.ms', out);
        break;
      case LogTimer.FlushCheckpoint:
        this.#checkpoints.writeRecoveryPoints();
        this.#checkpoints.writeLogStarts();
        this.#arm(now, kind, 'log.flush.offset.checkpoint.interval.ms', out);
        break;
      case LogTimer.Retention:
        for (const log of this.logs()) log.deleteOldSegments(out);
        this.#arm(now, kind, 'log.retention.check.interval.ms', out);
        break;
      default:
        assert(false, () => `timer ${kind} is not the log directory's`);
    }
  }

  /** True when the ticket was asked for here. */
  onSynced(_now: Us, ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    const isOurs = this.#storage.onSynced(ticket, error, out);
    if (isOurs) this.#advanceClosing();
    return isOurs;
  }

  /**
   * A graceful stop: flushes every log, writes the checkpoints, then the marker that spares the next boot its
   * recovery and tells the controller that nothing was lost (KIP-966). `closed` says when.
   */
  closeCleanly(_now: Us, brokerEpoch: number, out: Outbox): void {
    assert(this.#closing === 'open', 'a log directory closes once');
    for (const kind of Object.values(LogTimer)) out.disarm(timerId(kind));
    this.#brokerEpoch = brokerEpoch;
    this.#closing = 'flushing logs';
    for (const log of this.logs()) log.close();
    this.#advanceClosing();
  }

  /**
   * The first error of the disk, once: the owner takes the directory offline then. Until it asks, appends to
   * these logs answer the error.
   */
  takeFailure(out: Outbox): DiskError | null {
    if (this.#storage.failure === null || this.#wasFailureTold) return null;
    this.#wasFailureTold = true;
    for (const name of this.#names) out.fact({ fact: 'log closed', log: name, reason: 'failed' });
    return this.#storage.failure;
  }

  #boot(now: Us, options: LogDirectoryOptions, out: Outbox): DiskError | null {
    const error = this.#identify(options) ?? this.#takeMarker();
    if (error !== null) return error;
    const offsets = this.#checkpoints.read(out);
    if (offsets instanceof DiskError) return offsets;
    for (const name of this.#storage.disk.list(this.path)) {
      if (isDeletedDirectory(name)) this.#storage.markForDeletion(`${this.path}/${name}`);
      const parsed = parseLogName(name);
      if (parsed === null || parsed.topic === METADATA_TOPIC) continue;
      const log = Log.open(
        {
          storage: this.#storage,
          parent: this.path,
          name,
          topicId: null,
          config: options.topicConfig?.(parsed.topic) ?? logConfigDefaults,
          wasClean: this.wasCleanShutdown,
          highWatermark: offsets.highWatermarks.get(name) ?? 0,
          recoveryPoint: offsets.recoveryPoints.get(name) ?? 0,
          logStartOffset: offsets.logStarts.get(name) ?? 0,
        },
        out,
      );
      if (log instanceof DiskError) return log;
      this.#add(log);
    }
    this.#arm(now, LogTimer.HighWatermarkCheckpoint, 'replica.high.watermark.checkpoint.interval.ms', out);
    this.#arm(now, LogTimer.FlushCheckpoint, 'log.flush.offset.checkpoint.interval.ms', out);
    this.#arm(now, LogTimer.Retention, 'log.initial.task.delay.ms', out);
    return null;
  }

  /** Reads meta.properties, or writes it for a directory that was never formatted. */
  #identify({ clusterId, nodeId }: LogDirectoryOptions): DiskError | null {
    const file = new CheckpointFile(this.#storage, this.path, META_PROPERTIES);
    const content = file.read();
    if (content instanceof DiskError) return content;
    const properties = content === null ? null : decodeMetaProperties(content);
    if (properties === null) {
      this.#directoryId = randomUuid(this.#random);
      const fresh = { clusterId, nodeId, directoryId: this.#directoryId };
      file.write(encodeMetaProperties(fresh, this.#storage.wall.nowMs()));
      return this.#storage.failure;
    }
    assert(
      properties.clusterId === clusterId && properties.nodeId === nodeId,
      () => `${this.path} belongs to node ${properties.nodeId} of cluster ${properties.clusterId}`,
    );
    this.#directoryId = properties.directoryId;
    return null;
  }

  /**
   * The marker goes before any log is loaded: a crash from here on is an unclean stop (KAFKA-10471). Until
   * the sync of the directory is through a power loss may bring it back; Kafka does not even ask for that
   * sync.
   */
  #takeMarker(): DiskError | null {
    if (!this.wasCleanShutdown) return null;
    const error = this.#storage.check(this.#storage.disk.remove(this.#marker.path));
    if (error === null) this.#storage.syncDirectory(this.path, NOBODY);
    return error;
  }

  #add(log: Log): void {
    let at = this.#names.length;
    while (at > 0 && this.#names[at - 1]! > log.name) at--;
    this.#names.splice(at, 0, log.name);
    this.#logs.set(log.name, log);
  }

  #arm(now: Us, kind: number, interval: keyof LogDirectoryConfig, out: Outbox): void {
    out.arm(timerId(kind), now + this.#config[interval] * MS);
  }

  #advanceClosing(): void {
    if (this.#storage.failure !== null && this.#closing !== 'open') this.#closing = 'failed';
    switch (this.#closing) {
      case 'flushing logs':
        for (const log of this.logs()) if (!log.isSettled) return;
        this.#checkpoints.writeHighWatermarks();
        this.#checkpoints.writeRecoveryPoints();
        this.#checkpoints.writeLogStarts();
        this.#closing = 'writing checkpoints';
        this.#advanceClosing();
        return;
      case 'writing checkpoints':
        if (!this.#checkpoints.areDurable) return;
        this.#marker.write(encodeCleanShutdown(this.#brokerEpoch));
        this.#closing = 'writing marker';
        return;
      case 'writing marker':
        if (this.#marker.isDurable) this.#closing = 'closed';
        return;
      case 'open':
      case 'closed':
      case 'failed':
        return;
      default:
        unreachable(this.#closing);
    }
  }
}

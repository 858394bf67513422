import {
  assert,
  DiskError,
  MS,
  type Outbox,
  type Random,
  type Ticket,
  timerId,
  type Us,
  unreachable,
} from '../machine/index.ts';
import type { Uuid } from '../wire/index.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { decodeCleanShutdown, encodeCleanShutdown } from './clean-shutdown-file.ts';
import { LogCleaner } from './compaction/index.ts';
import { DelayedDeletion, renameForDeletion } from './delayed-deletion.ts';
import { identifyDirectory } from './directory-identity.ts';
import { FutureLogs } from './future-logs.ts';
import { Log } from './log.ts';
import { LogCheckpoints } from './log-checkpoints.ts';
import {
  cleanerConfigDefaults,
  type LogConfig,
  type LogDirectoryConfig,
  logConfigDefaults,
} from './log-config.ts';
import type { LogDirectoryOptions } from './log-directory-options.ts';
import {
  CLEAN_SHUTDOWN_MARKER,
  deletedDirectoryName,
  isDeletedDirectory,
  logNameOfFuture,
  METADATA_TOPIC,
  parseLogName,
  strayDirectoryName,
} from './log-file-name.ts';
import { LogStorage, NOBODY } from './log-storage.ts';
import { LogTimer } from './log-timer.ts';
import type { LogOptions } from './open-log.ts';
import { ProducerExpiry } from './producer/producer-expiry.ts';
import { SilentOutbox } from './silent-outbox.ts';

/** Why a log goes: its replica does, it is nobody's, or another log of the same replica has taken its place. */
export type RemovalReason = 'deleted' | 'stray' | 'replaced';

/** open -> flushing logs -> writing checkpoints -> writing marker -> closed; failed from any of them. */
type Closing = 'open' | 'flushing logs' | 'writing checkpoints' | 'writing marker' | 'closed' | 'failed';

/** The logs of one log.dir (`LogManager`), and what a broker writes down beside them. */
export class LogDirectory {
  readonly path: string;
  readonly wasCleanShutdown: boolean;
  /** Of the process that closed this directory cleanly; -1 when none did. */
  readonly previousBrokerEpoch: number;
  readonly producerExpiry: ProducerExpiry;
  readonly #storage: LogStorage;
  readonly #config: LogDirectoryConfig;
  readonly #random: Random;
  readonly #ordinal: number;
  readonly #logs = new Map<string, Log>();
  /** A replica never has a current and a future log in one directory. */
  readonly #futures: FutureLogs;
  readonly #checkpoints: LogCheckpoints;
  readonly #deletion: DelayedDeletion;
  readonly #cleaner: LogCleaner;
  readonly #marker: CheckpointFile;
  /** The logs' names, sorted by code unit. */
  readonly #names: string[] = [];
  #directoryId: Uuid = '';
  #closing: Closing = 'open';
  #brokerEpoch = -1;
  #wasFailureTold = false;

  /** Boots a directory: identity, clean marker, checkpoints, then every log in the order of names. */
  static open(now: Us, options: LogDirectoryOptions, out: Outbox): LogDirectory | DiskError {
    const storage = new LogStorage({
      ...options,
      deletesAtOnce: false,
      jitter: options.random.stream(`segment jitter ${options.path}`),
    });
    const marker = new CheckpointFile(storage, options.path, CLEAN_SHUTDOWN_MARKER);
    const content = marker.read();
    if (content instanceof DiskError) return content;
    const directory = new LogDirectory(now, options, storage, marker, content);
    return directory.#boot(now, options, out) ?? directory;
  }

  private constructor(
    now: Us,
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
    this.producerExpiry = new ProducerExpiry(now, options.config, options.wall);
    this.#ordinal = options.ordinal ?? 0;
    this.#random = options.random.stream(`log directory ${options.path}`);
    this.#marker = marker;
    this.#futures = new FutureLogs(storage, options.path, this.#random);
    this.#checkpoints = new LogCheckpoints(storage, options.path, () => this.#all());
    this.#deletion = new DelayedDeletion(storage, options.config['log.segment.delete.delay.ms'] * MS);
    this.#cleaner = new LogCleaner({
      storage,
      path: options.path,
      ordinal: this.#ordinal,
      config: options.cleanerConfig ?? cleanerConfigDefaults,
      logs: () => this.logs(),
    });
    storage.watchRecoveryPoints(this.#checkpoints);
    storage.watchTruncations(this.#cleaner);
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

  /** Compacts the logs of this directory. */
  get cleaner(): LogCleaner {
    return this.#cleaner;
  }

  /** In the order of names. */
  *logs(): Generator<Log, void> {
    for (const name of this.#names) yield this.#logs.get(name)!;
  }

  get(name: string): Log | undefined {
    return this.#logs.get(name);
  }

  /** In the order in which they came. */
  futures(): Iterable<Log> {
    return this.#futures.values();
  }

  future(name: string): Log | undefined {
    return this.#futures.get(name);
  }

  /** Current and future logs: what Kafka counts when it looks for the emptiest directory. */
  get logCount(): number {
    return this.#logs.size + this.#futures.size;
  }

  /** The log of this name, made if there is none. */
  create(name: string, topicId: Uuid | null, config: LogConfig, out: Outbox): Log | DiskError {
    const existing = this.#logs.get(name);
    if (existing !== undefined) return existing;
    if (this.#storage.failure !== null) return this.#storage.failure;
    const log = Log.open(this.#optionsOf(name, topicId, config), out);
    if (log instanceof Log) this.#add(log);
    return log;
  }

  /** A log that is to replace this replica's current one, which lies in another directory. It tells no facts. */
  createFuture(name: string, topicId: Uuid | null, config: LogConfig, out: Outbox): Log | DiskError {
    assert(!this.#logs.has(name), () => `${name} is moved to where it is`);
    return this.#futures.create(this.#optionsOf(name, topicId, config), out);
  }

  removeFuture(name: string): DiskError | null {
    return this.#futures.remove(name);
  }

  /** Makes the future log the current one. Nothing is told: for the replica nothing changes. */
  promoteFuture(name: string, highWatermark: number, out: Outbox): Log | DiskError {
    assert(!this.#logs.has(name), () => `${name} is promoted over itself`);
    const promoted = this.#futures.promote(
      this.#optionsOf(name, null, logConfigDefaults),
      highWatermark,
      out,
    );
    if (promoted instanceof Log) this.#add(promoted);
    return promoted;
  }

  /**
   * Takes a log out: its directory gets a `-delete` name at once and goes later (`asyncDelete`); a stray one's gets a
   * `-stray` name and stays for a person to look at.
   */
  remove(name: string, out: Outbox, why: RemovalReason = 'deleted'): DiskError | null {
    const log = this.#logs.get(name);
    if (log === undefined) return null;
    this.#logs.delete(name);
    this.#names.splice(this.#names.indexOf(name), 1);
    log.abandon();
    this.#cleaner.forget(name);
    if (why !== 'replaced') out.fact({ fact: 'log closed', log: name, reason: 'deleted' });
    if (this.#storage.failure !== null) return this.#storage.failure;
    const path = `${this.path}/${name}`;
    if (why !== 'stray') {
      return renameForDeletion(
        this.#storage,
        path,
        `${this.path}/${deletedDirectoryName(name, this.#random)}`,
      );
    }
    const stray = `${this.path}/${strayDirectoryName(name, this.#random)}`;
    return this.#storage.check(this.#storage.disk.rename(path, stray));
  }

  onTimer(now: Us, kind: number, _argument: number, out: Outbox): void {
    if (this.#storage.failure !== null || this.#closing !== 'open') return;
    switch (kind) {
      case LogTimer.HighWatermarkCheckpoint:
        this.#deletion.advance(now);
        this.#checkpoints.writeHighWatermarks();
        if (this.producerExpiry.isDue(now)) {
          this.producerExpiry.look(this.logs(), out);
          this.producerExpiry.look(this.futures(), new SilentOutbox(out));
        }
        this.#cleaner.wake(now, out);
        this.#arm(now, kind, 'replica.high.watermark.checkpoint.interval.ms', out);
        break;
      case LogTimer.FlushCheckpoint:
        this.#checkpoints.writeRecoveryPoints();
        this.#checkpoints.writeLogStarts();
        this.#arm(now, kind, 'log.flush.offset.checkpoint.interval.ms', out);
        break;
      case LogTimer.Retention:
        this.#deleteOldSegments(out);
        this.#arm(now, kind, 'log.retention.check.interval.ms', out);
        break;
      case LogTimer.Cleaner:
        this.#cleaner.onTimer(now, out);
        break;
      default:
        assert(false, () => `timer ${kind} is not the log directory's`);
    }
  }

  /** True when the ticket was asked for here. */
  onSynced(now: Us, ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    const isOurs = this.#storage.onSynced(ticket, error, out);
    if (!isOurs) return false;
    this.#cleaner.settle(now, out);
    this.#advanceClosing();
    return true;
  }

  /**
   * A graceful stop: flushes every log, writes the checkpoints, then the marker that spares the next boot its
   * recovery and tells the controller that nothing was lost (KIP-966). `closed` says when.
   */
  closeCleanly(_now: Us, brokerEpoch: number, out: Outbox): void {
    assert(this.#closing === 'open', 'a log directory closes once');
    for (const kind of Object.values(LogTimer))
      if (kind !== LogTimer.Cleaner) out.disarm(timerId(kind, this.#ordinal));
    this.#cleaner.stop(out);
    this.#brokerEpoch = brokerEpoch;
    this.#closing = 'flushing logs';
    for (const log of this.#all()) log.close();
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
    const { clusterId, nodeId } = options;
    const id = identifyDirectory(this.#storage, this.path, clusterId, nodeId, this.#random);
    if (id instanceof DiskError) return id;
    this.#directoryId = id;
    const error = this.#takeMarker() ?? this.#cleaner.boot(out);
    if (error !== null) return error;
    const offsets = this.#checkpoints.read(out);
    if (offsets instanceof DiskError) return offsets;
    for (const directoryName of this.#storage.disk.list(this.path)) {
      if (isDeletedDirectory(directoryName)) this.#storage.markForDeletion(`${this.path}/${directoryName}`);
      const name = logNameOfFuture(directoryName) ?? directoryName;
      const parsed = parseLogName(name);
      if (parsed === null || parsed.topic === METADATA_TOPIC) continue;
      const found: LogOptions = {
        ...this.#optionsOf(name, null, options.topicConfig?.(parsed.topic) ?? logConfigDefaults),
        wasClean: this.wasCleanShutdown,
        highWatermark: offsets.highWatermarks.get(name) ?? 0,
        recoveryPoint: offsets.recoveryPoints.get(name) ?? 0,
        logStartOffset: offsets.logStarts.get(name) ?? 0,
      };
      const isFuture = name !== directoryName;
      const log = isFuture ? this.#futures.open(found, directoryName, out) : Log.open(found, out);
      if (log instanceof DiskError) return this.#abortBoot(log, out);
      if (!isFuture) this.#add(log);
    }
    this.#cleaner.onLoaded();
    this.#arm(now, LogTimer.HighWatermarkCheckpoint, 'replica.high.watermark.checkpoint.interval.ms', out);
    this.#arm(now, LogTimer.FlushCheckpoint, 'log.flush.offset.checkpoint.interval.ms', out);
    this.#arm(now, LogTimer.Retention, 'log.initial.task.delay.ms', out);
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

  /** What was opened before the disk failed is closed again: nothing of this directory is served. */
  #abortBoot(error: DiskError, out: Outbox): DiskError {
    for (const name of this.#names) out.fact({ fact: 'log closed', log: name, reason: 'failed' });
    return error;
  }

  #optionsOf(name: string, topicId: Uuid | null, config: LogConfig): LogOptions {
    const producerExpirationMs = this.producerExpiry.expirationMs;
    return { storage: this.#storage, parent: this.path, name, topicId, config, producerExpirationMs };
  }

  /** Every log that lies here, for the checkpoints and for closing. */
  *#all(): Generator<Log, void> {
    if (this.#futures.size === 0) {
      yield* this.logs();
      return;
    }
    const names = [...this.#names, ...this.#futures.names()].sort();
    for (const name of names) yield (this.#logs.get(name) ?? this.#futures.get(name))!;
  }

  #deleteOldSegments(out: Outbox): void {
    for (const log of this.logs()) if (!this.#cleaner.deletesFrom(log)) log.deleteOldSegments(out);
    if (this.#futures.size === 0) return;
    const silent = new SilentOutbox(out);
    for (const log of this.futures()) log.deleteOldSegments(silent);
  }

  #add(log: Log): void {
    let at = this.#names.length;
    while (at > 0 && this.#names[at - 1]! > log.name) at--;
    this.#names.splice(at, 0, log.name);
    this.#logs.set(log.name, log);
  }

  #arm(now: Us, kind: number, interval: keyof LogDirectoryConfig, out: Outbox): void {
    out.arm(timerId(kind, this.#ordinal), now + this.#config[interval] * MS);
  }

  #advanceClosing(): void {
    if (this.#storage.failure !== null && this.#closing !== 'open') this.#closing = 'failed';
    switch (this.#closing) {
      case 'flushing logs':
        for (const log of this.#all()) if (!log.isSettled) return;
        this.#checkpoints.writeHighWatermarks();
        this.#checkpoints.writeRecoveryPoints();
        this.#checkpoints.writeLogStarts();
        this.#closing = 'writing checkpoints';
        this.#advanceClosing();
        return;
      case 'writing checkpoints':
        if (!this.#checkpoints.areDurable || !this.#cleaner.isDurable) return;
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

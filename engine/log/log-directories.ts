import { assert, DiskError, type Outbox, type Ticket, type Us } from '../machine/index.ts';
import { DirectoryId, type Uuid } from '../wire/index.ts';
import type { Log } from './log.ts';
import type { CleanerConfig, LogConfig } from './log-config.ts';
import { LogDirectory, type RemovalReason } from './log-directory.ts';
import type { LogDirectoryOptions } from './log-directory-options.ts';

export interface LogDirectoriesOptions extends Omit<LogDirectoryOptions, 'path' | 'ordinal'> {
  /** `log.dirs`, in the order of the configuration. Those that can be made exist. */
  readonly paths: readonly string[];
}

/** A log directory that has gone offline. */
export interface FailedDirectory {
  readonly path: string;
  /** '' when it could not even be told whose it is. */
  readonly directoryId: Uuid;
  readonly error: DiskError;
}

/** Where a new log goes. */
export interface Placement {
  /** The directory that the metadata assigns; absent when it says nothing. */
  readonly directoryId?: Uuid;
}

/**
 * All log directories of a broker (`LogManager`, KIP-112, KIP-113). Each has its own identity, checkpoints and clean
 * shutdown marker, and fails alone: its logs are gone until the process starts again, the others go on.
 *
 *     online -> failed (this process never uses it again)
 *
 * Invariant: a replica has at most one current and one future log, in two directories.
 */
export class LogDirectories {
  readonly paths: readonly string[];
  readonly #online: LogDirectory[] = [];
  readonly #failed: FailedDirectory[] = [];
  /** Where AlterReplicaLogDirs wants a replica that is not here yet, by its log's name. */
  readonly #preferred = new Map<string, string>();
  /** Paths of directories that take no new replicas (KIP-1066). */
  #cordoned: readonly string[] = [];
  #untold = 0;
  /** -1 unless every directory was closed cleanly by the same incarnation (KIP-966). */
  readonly previousBrokerEpoch: number;

  /** The answer has at least one directory online, or is the error of the last one. */
  static open(now: Us, options: LogDirectoriesOptions, out: Outbox): LogDirectories | DiskError {
    const directories = new LogDirectories(now, options, out);
    if (directories.#online.length === 0) return directories.#failed.at(-1)!.error;
    directories.#resolveDuplicates(out);
    return directories;
  }

  private constructor(now: Us, options: LogDirectoriesOptions, out: Outbox) {
    this.paths = options.paths;
    assert(options.paths.length > 0, 'a broker has a log directory');
    for (const [ordinal, path] of options.paths.entries()) {
      const opened = LogDirectory.open(now, { ...options, path, ordinal }, out);
      if (opened instanceof LogDirectory) this.#online.push(opened);
      else {
        out.probe('log directory offline at boot');
        this.#failed.push({ path, directoryId: '', error: opened });
      }
    }
    this.#untold = this.#failed.length;
    this.previousBrokerEpoch = previousEpoch(this.#online, options.paths.length);
  }

  /** Ids of the directories that are online, in the order of the configuration. */
  get directoryIds(): Uuid[] {
    return this.#online.map((directory) => directory.directoryId);
  }

  get hasOffline(): boolean {
    return this.#failed.length > 0;
  }

  /** The error that left no directory online, or null. */
  get failure(): DiskError | null {
    for (const directory of this.#online) if (directory.failure === null) return null;
    return this.#online.at(-1)?.failure ?? this.#failed.at(-1)?.error ?? null;
  }

  isOnline(path: string): boolean {
    return this.#at(path) !== undefined;
  }

  /** These take no new replicas from now on, and no others do not; what they hold stays. */
  cordon(paths: readonly string[]): void {
    this.#cordoned = paths;
  }

  /** The cleaners go by this from their next step on. */
  updateCleaners(config: CleanerConfig): void {
    for (const directory of this.#online) directory.cleaner.updateConfig(config);
  }

  /** Producers that are silent for longer are forgotten at the next look. */
  updateProducerExpiration(expirationMs: number): void {
    for (const directory of this.#online) directory.producerExpiry.expirationMs = expirationMs;
  }

  isCordoned(path: string): boolean {
    return this.#cordoned.includes(path);
  }

  isOnlineId(directoryId: Uuid): boolean {
    return this.#online.some((directory) => directory.directoryId === directoryId);
  }

  /** '' when it is not online. */
  directoryIdAt(path: string): Uuid {
    return this.#at(path)?.directoryId ?? '';
  }

  /** In the order of the configuration. */
  online(): readonly LogDirectory[] {
    return this.#online;
  }

  /** Current logs, directory by directory. */
  *logs(): Generator<Log, void> {
    for (const directory of this.#online) yield* directory.logs();
  }

  *futures(): Generator<Log, void> {
    for (const directory of this.#online) yield* directory.futures();
  }

  get(name: string): Log | undefined {
    return this.directoryOf(name)?.get(name);
  }

  future(name: string): Log | undefined {
    return this.directoryOfFuture(name)?.future(name);
  }

  /** The directory of a replica's current log. */
  directoryOf(name: string): LogDirectory | undefined {
    return this.#online.find((directory) => directory.get(name) !== undefined);
  }

  directoryOfFuture(name: string): LogDirectory | undefined {
    return this.#online.find((directory) => directory.future(name) !== undefined);
  }

  /**
   * The log of this name, made if there is none: where AlterReplicaLogDirs asked for it, else in the directory that
   * the metadata assigns, else where the fewest logs are, trying one after another (`LogManager.createLog`).
   */
  create(
    name: string,
    topicId: Uuid | null,
    config: LogConfig,
    out: Outbox,
    placement: Placement = {},
  ): Log | DiskError {
    const existing = this.get(name);
    if (existing !== undefined) return existing;
    let answer: Log | DiskError = this.#failed.at(-1)?.error ?? new DiskError('ENOENT', name);
    for (const directory of this.#candidates(name, placement)) {
      answer = directory.create(name, topicId, config, out);
      if (answer instanceof DiskError) continue;
      this.#preferred.delete(name);
      return answer;
    }
    return answer;
  }

  /** The future log of a replica whose current one lies in another directory. */
  createFuture(
    name: string,
    topicId: Uuid | null,
    config: LogConfig,
    path: string,
    out: Outbox,
  ): Log | DiskError {
    const directory = this.#at(path);
    assert(directory !== undefined, () => `${path} is offline`);
    assert((this.directoryOfFuture(name) ?? directory) === directory, 'a replica has one future log');
    this.#preferred.delete(name);
    return directory.createFuture(name, topicId, config, out);
  }

  /** A replica that is not here yet shall be made in this directory (`maybeUpdatePreferredLogDir`). */
  prefer(name: string, path: string): void {
    const isThere = this.directoryOf(name)?.path === path || this.directoryOfFuture(name)?.path === path;
    if (!isThere) this.#preferred.set(name, path);
  }

  remove(name: string, out: Outbox, why: RemovalReason = 'deleted'): DiskError | null {
    this.removeFuture(name);
    return this.directoryOf(name)?.remove(name, out, why) ?? null;
  }

  removeFuture(name: string): DiskError | null {
    return this.directoryOfFuture(name)?.removeFuture(name) ?? null;
  }

  /**
   * The future log takes the place of the current one, whose directory is deleted (`replaceCurrentWithFutureLog`).
   * The high watermark comes from the current log: the future one's may lag.
   */
  promote(name: string, out: Outbox): Log | DiskError {
    const target = this.directoryOfFuture(name);
    assert(target !== undefined, () => `${name} has no future`);
    const source = this.directoryOf(name);
    const highWatermark = source?.get(name)?.highWatermark ?? target.future(name)!.highWatermark;
    const promoted = target.promoteFuture(name, highWatermark, out);
    if (promoted instanceof DiskError) return promoted;
    source?.remove(name, out, 'replaced');
    return promoted;
  }

  onTimer(now: Us, kind: number, ordinal: number, out: Outbox): void {
    const path = this.paths[ordinal];
    assert(path !== undefined, () => `there is no log directory ${ordinal}`);
    this.#at(path)?.onTimer(now, kind, ordinal, out);
  }

  onSynced(now: Us, ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    for (const directory of this.#online) if (directory.onSynced(now, ticket, error, out)) return true;
    return false;
  }

  closeCleanly(now: Us, brokerEpoch: number, out: Outbox): void {
    for (const directory of this.#online) directory.closeCleanly(now, brokerEpoch, out);
  }

  get closed(): boolean {
    return this.#online.every((directory) => directory.closed);
  }

  /**
   * Directories that failed since the last call, those offline at boot first. From now on they are not used; before,
   * every call on their logs answered the error.
   */
  takeFailures(out: Outbox): readonly FailedDirectory[] {
    for (let at = this.#online.length - 1; at >= 0; at--) {
      const directory = this.#online[at]!;
      const error = directory.failure === null ? null : directory.takeFailure(out);
      if (error === null) continue;
      const { path, directoryId } = directory;
      this.#failed.push({ path, directoryId, error });
      this.#online.splice(at, 1);
    }
    if (this.#untold === this.#failed.length) return NOTHING_FAILED;
    const taken = this.#failed.slice(this.#untold);
    this.#untold = this.#failed.length;
    return taken;
  }

  #at(path: string): LogDirectory | undefined {
    return this.#online.find((directory) => directory.path === path);
  }

  #candidates(name: string, { directoryId }: Placement): LogDirectory[] {
    const preferred = this.#preferred.get(name);
    const wanted =
      preferred !== undefined
        ? this.#at(preferred)
        : directoryId === undefined || directoryId === DirectoryId.UNASSIGNED
          ? undefined
          : this.#online.find((directory) => directory.directoryId === directoryId);
    if (wanted !== undefined) return [wanted];
    const open = this.#online.filter(({ path }) => !this.isCordoned(path));
    // The controller did not know yet when it placed the replica here, and it must lie somewhere.
    const candidates = open.length > 0 ? open : [...this.#online];
    return candidates.sort((left, right) => left.logCount - right.logCount);
  }

  /**
   * A power loss can keep the rename of a promoted log and undo that of the log that it replaced: then there are two.
   * The one that has more is the promoted one. Kafka refuses to start and asks a person to delete one.
   */
  #resolveDuplicates(out: Outbox): void {
    const seen = new Map<string, LogDirectory>();
    for (const directory of this.#online) {
      for (const log of [...directory.logs()]) {
        const other = seen.get(log.name);
        const otherLog = other?.get(log.name);
        if (other === undefined || otherLog === undefined) {
          seen.set(log.name, directory);
          continue;
        }
        out.probe('replica found in two log directories');
        const isNewer = isLater(log, otherLog);
        (isNewer ? other : directory).remove(log.name, out, 'replaced');
        if (!isNewer) continue;
        seen.set(log.name, directory);
      }
    }
  }
}

const NOTHING_FAILED: readonly FailedDirectory[] = [];

function isLater(log: Log, other: Log): boolean {
  if (log.latestLeaderEpoch !== other.latestLeaderEpoch)
    return log.latestLeaderEpoch > other.latestLeaderEpoch;
  return log.logEndOffset >= other.logEndOffset;
}

/** Directories that disagree, or one that cannot be asked, prove nothing about the whole broker. */
function previousEpoch(online: readonly LogDirectory[], count: number): number {
  const first = online[0]?.previousBrokerEpoch ?? -1;
  if (online.length < count) return -1;
  return online.every((directory) => directory.previousBrokerEpoch === first) ? first : -1;
}

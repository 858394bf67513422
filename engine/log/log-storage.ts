import {
  type Disk,
  DiskError,
  type Outbox,
  type Random,
  type Ticket,
  type WallClock,
} from '../machine/index.ts';
import { BatchRoom, type Compression, noCompression, VerifiedBatches } from '../records/index.ts';

/** Who waits for a sync. Called once a ticket, error or not. */
export interface SyncOwner {
  onSynced(ticket: Ticket, error: DiskError | null, out: Outbox): void;
}

/** Waits for a sync that nothing depends on. */
export const NOBODY: SyncOwner = { onSynced() {} };

/** Told when the end of a log was cut off, or all of it (`LogCleaner.maybeTruncateCheckpoint`). */
export interface TruncationWatcher {
  onTruncated(directory: string, offset: number): void;
}

/** Told when a log has been truncated below its recovery point. */
export interface RecoveryPointWatcher {
  onRecoveryPointLowered(): void;
  /** Whether the disk still promises a recovery point that a truncation has taken back. */
  readonly isBehind: boolean;
}

export interface LogStorageOptions {
  readonly disk: Disk;
  readonly wall: WallClock;
  readonly compression?: Compression;
  /** Batches known to be undamaged. A host may share one among its processes. */
  readonly verified?: VerifiedBatches | undefined;
  /**
   * True: files marked for deletion go at once. A directory deletes them after `log.segment.delete.delay.ms`.
   */
  readonly deletesAtOnce?: boolean;
  /** For `segment.jitter.ms`; without it segments do not stray from their time. */
  readonly jitter?: Random | undefined;
}

/** A file or directory that has its `.deleted` or `-delete` name. */
export interface MarkedForDeletion {
  readonly path: string;
  /** `file.delete.delay.ms` of its topic; null for the broker's own. */
  readonly delayMs: number | null;
}

/**
 * What the logs of one directory share: the disk, its first error, the syncs under way, the files to be
 * deleted. The first error is for ever (`LogDirFailureChannel`, KAFKA-10778): nothing is written over a disk
 * that has lied.
 */
export class LogStorage {
  readonly disk: Disk;
  readonly wall: WallClock;
  readonly compression: Compression;
  readonly verified: VerifiedBatches;
  /** For what leaders write here. */
  readonly room = new BatchRoom();
  readonly deletesAtOnce: boolean;
  readonly jitter: Random | null;
  #failure: DiskError | null = null;
  #marked: MarkedForDeletion[] = [];
  #watcher: RecoveryPointWatcher | null = null;
  #truncationWatcher: TruncationWatcher | null = null;
  readonly #waiting = new Map<Ticket, SyncOwner>();

  constructor(options: LogStorageOptions) {
    this.disk = options.disk;
    this.wall = options.wall;
    this.compression = options.compression ?? noCompression;
    this.verified = options.verified ?? new VerifiedBatches();
    this.deletesAtOnce = options.deletesAtOnce ?? true;
    this.jitter = options.jitter ?? null;
  }

  get failure(): DiskError | null {
    return this.#failure;
  }

  /** Keeps the first error, and answers it. */
  fail(error: DiskError): DiskError {
    this.#failure ??= error;
    return this.#failure;
  }

  /** The answer of a disk operation, kept if it is an error. */
  check(error: DiskError | null): DiskError | null {
    return error === null ? null : this.fail(error);
  }

  sync(path: string, owner: SyncOwner): Ticket {
    return this.#wait(this.disk.sync(path), owner);
  }

  syncDirectory(path: string, owner: SyncOwner): Ticket {
    return this.#wait(this.disk.syncDirectory(path), owner);
  }

  /**
   * True when the ticket was asked for here. A file that went while its sync was under way (a segment
   * truncated away, a log deleted) has nothing left to lose: that is no error.
   */
  onSynced(ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    const owner = this.#waiting.get(ticket);
    if (owner === undefined) return false;
    this.#waiting.delete(ticket);
    const failure = error !== null && error.code !== 'ENOENT' ? this.fail(error) : null;
    owner.onSynced(ticket, failure, out);
    return true;
  }

  watchRecoveryPoints(watcher: RecoveryPointWatcher): void {
    this.#watcher = watcher;
  }

  watchTruncations(watcher: TruncationWatcher): void {
    this.#truncationWatcher = watcher;
  }

  truncated(directory: string, offset: number): void {
    this.#truncationWatcher?.onTruncated(directory, offset);
  }

  /**
   * A segment below the recovery point is not checked at boot. So none is closed while the disk may promise a
   * recovery point that is too high: only the active segment is always checked.
   */
  get mayRoll(): boolean {
    return this.#watcher === null || !this.#watcher.isBehind;
  }

  recoveryPointLowered(): void {
    this.#watcher?.onRecoveryPointLowered();
  }

  /**
   * Reads exactly `length` bytes; a shorter answer means that the file is not what was written: an error too.
   */
  read(path: string, position: number, length: number): Uint8Array | DiskError {
    const bytes = this.disk.read(path, position, length);
    if (bytes instanceof DiskError) return this.fail(bytes);
    return bytes.length === length ? bytes : this.fail(new DiskError('EIO', path));
  }

  /** The file has its `.deleted` name already. */
  markForDeletion(path: string, delayMs: number | null = null): void {
    if (this.deletesAtOnce) this.check(this.disk.remove(path));
    else this.#marked.push({ path, delayMs });
  }

  #wait(ticket: Ticket, owner: SyncOwner): Ticket {
    this.#waiting.set(ticket, owner);
    return ticket;
  }

  /** Files marked since the last call, in order. */
  takeMarked(): readonly MarkedForDeletion[] {
    if (this.#marked.length === 0) return NOTHING;
    const marked = this.#marked;
    this.#marked = [];
    return marked;
  }
}

const NOTHING: readonly MarkedForDeletion[] = [];

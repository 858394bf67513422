import { assert, type DiskError, type Outbox, type Ticket } from '../machine/index.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import type { LogStorage, SyncOwner } from './log-storage.ts';
import { floorSegment, type Segment } from './segment.ts';

/** More flushes under way than this mean a caller that never waits. */
const MAX_FLUSHES = 100_000;

interface Flush {
  /** The recovery point when this flush and all before it are complete. Lowered by a truncation. */
  offset: number;
  readonly tickets: readonly Ticket[];
  left: number;
  /** The leader epoch file as it stood: data must not be called flushed before its epochs are. */
  readonly epochVersion: number;
}

/**
 * Up to where a log is durable (`LocalLog.recoveryPoint`), and the flushes that move it. Flushes complete in
 * the order in which they began: a later one does not sync again what an earlier one is syncing.
 */
export class RecoveryPoint implements SyncOwner {
  readonly #storage: LogStorage;
  readonly #parent: string;
  readonly #directory: string;
  readonly #epochFile: CheckpointFile;
  #offset: number;
  #flushes: Flush[] = [];
  #directoryDirty = false;
  #parentDirty = false;
  #dirtyFiles: string[] = [];

  constructor(
    storage: LogStorage,
    parent: string,
    directory: string,
    epochFile: CheckpointFile,
    offset: number,
  ) {
    this.#storage = storage;
    this.#parent = parent;
    this.#directory = directory;
    this.#epochFile = epochFile;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /** No flush is under way. */
  get isSettled(): boolean {
    return this.#flushes.length === 0;
  }

  /** Files came or went in the log's directory: the next flush syncs its entries. */
  touchDirectory(): void {
    this.#directoryDirty = true;
  }

  /** A file beside the segments was written: the next flush syncs it. */
  touchFile(path: string): void {
    if (!this.#dirtyFiles.includes(path)) this.#dirtyFiles.push(path);
    this.#directoryDirty = true;
  }

  /** The log's directory itself is new. */
  touchParent(): void {
    this.#parentDirty = true;
    this.#directoryDirty = true;
  }

  /**
   * Starts making the log durable up to `offset`. The ticket is that of the sync begun last, the newest
   * segment's own; the recovery point tells when all of them are done. With `force` an empty active segment
   * is synced too.
   */
  advanceTo(offset: number, segments: readonly Segment[], force: boolean): Ticket {
    if (this.#storage.failure !== null) return 0;
    const last = this.#flushes.at(-1);
    if (!force && last !== undefined && last.offset >= offset) return last.tickets.at(-1) ?? 0;
    if (!force && offset <= this.#offset) return 0;
    assert(this.#flushes.length < MAX_FLUSHES, 'too many flushes under way');
    const tickets: Ticket[] = [];
    for (const path of this.#dirtyFiles.splice(0)) tickets.push(this.#storage.sync(path, this));
    if (this.#parentDirty) tickets.push(this.#storage.syncDirectory(this.#parent, this));
    if (this.#directoryDirty) tickets.push(this.#storage.syncDirectory(this.#directory, this));
    this.#parentDirty = false;
    this.#directoryDirty = false;
    for (let index = Math.max(floorSegment(segments, this.#offset), 0); index < segments.length; index++) {
      const segment = segments[index]!;
      if (segment.baseOffset >= offset && !force) break;
      segment.sync(this, force && index === segments.length - 1, tickets);
    }
    this.#flushes.push({ offset, tickets, left: tickets.length, epochVersion: this.#epochFile.version });
    this.settle();
    return tickets.at(-1) ?? 0;
  }

  /** After a truncation: what was flushed above it is gone, and what comes there is not flushed. */
  lowerTo(offset: number): void {
    if (offset < this.#offset) {
      this.#offset = offset;
      this.#storage.recoveryPointLowered();
    }
    for (const flush of this.#flushes) flush.offset = Math.min(flush.offset, offset);
  }

  onSynced(ticket: Ticket, error: DiskError | null, _out: Outbox): void {
    if (error !== null) return;
    for (const flush of this.#flushes) if (flush.tickets.includes(ticket)) flush.left--;
    this.settle();
  }

  /** Completes flushes that wait for nothing more. */
  settle(): void {
    let head = this.#flushes[0];
    while (head !== undefined && head.left === 0 && head.epochVersion <= this.#epochFile.durableVersion) {
      if (head.offset > this.#offset) this.#offset = head.offset;
      this.#flushes.shift();
      head = this.#flushes[0];
    }
  }
}

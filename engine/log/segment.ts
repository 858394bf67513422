import { assert, type DiskError } from '../machine/index.ts';
import { type BatchHeader, NO_TIMESTAMP } from '../records/index.ts';
import { BatchColumns } from './batch-columns.ts';
import type { LogConfig } from './log-config.ts';
import {
  DELETED_SUFFIX,
  INDEX_SUFFIX,
  LOG_SUFFIX,
  segmentPrefix,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from './log-file-name.ts';
import type { LogStorage, SyncOwner } from './log-storage.ts';
import { OffsetIndex } from './offset-index.ts';
import { TimeIndex } from './time-index.ts';

/** Offsets in an index are relative int32. */
export const MAX_RELATIVE_OFFSET = 0x7fff_ffff;
/** Kafka draws an int. */
const MAX_JITTER_MS = 0x7fff_ffff;

/**
 * One segment of a log (`LogSegment`): a run of batches, its two indexes, and in memory columns with one
 * entry a batch, by which every lookup is a binary search.
 */
export class Segment {
  readonly baseOffset: number;
  path: string;
  readonly offsetIndex: OffsetIndex;
  readonly timeIndex: TimeIndex;
  readonly #storage: LogStorage;
  readonly #batches = new BatchColumns();
  #size = 0;
  #maxTimestamp = NO_TIMESTAMP;
  #offsetOfMaxTimestamp: number;
  /** Of batches that compaction has emptied too. */
  #latestBatchTimestamp = NO_TIMESTAMP;
  #bytesSinceIndexEntry = 0;
  #createdMs: number;
  /** Drawn once a segment, so that those of many partitions do not all roll at the same time. */
  #rollJitterMs = 0;
  #dirty = false;
  /** Of a segment that compaction has written, until it is swapped in: then it is the producers'. */
  #transactionIndexPath: string | null = null;

  /** `suffix`: of files that are not the log's yet (`.cleaned`). */
  constructor(storage: LogStorage, directory: string, baseOffset: number, suffix = '') {
    const prefix = `${directory}/${segmentPrefix(baseOffset)}`;
    this.baseOffset = baseOffset;
    this.path = prefix + LOG_SUFFIX + suffix;
    this.offsetIndex = new OffsetIndex(storage, prefix + INDEX_SUFFIX + suffix);
    this.timeIndex = new TimeIndex(storage, prefix + TIME_INDEX_SUFFIX + suffix);
    this.#storage = storage;
    this.#offsetOfMaxTimestamp = baseOffset;
    this.#createdMs = storage.wall.nowMs();
  }

  /** Makes the three files, empty. */
  create(): DiskError | null {
    this.#dirty = true;
    const error = this.#storage.check(this.#storage.disk.write(this.path, new Uint8Array(0)));
    return error ?? this.offsetIndex.reset() ?? this.timeIndex.reset();
  }

  /** `LogConfig.randomSegmentJitter`. */
  drawRollJitter(config: LogConfig): void {
    const bound = Math.min(config['segment.jitter.ms'], config['segment.ms'], MAX_JITTER_MS);
    if (bound > 0) this.#rollJitterMs = this.#storage.jitter?.below(bound) ?? 0;
  }

  get size(): number {
    return this.#size;
  }

  get batchCount(): number {
    return this.#batches.length;
  }

  /** The offset after the last record, or the base offset of an empty segment. */
  get nextOffset(): number {
    const { length } = this.#batches;
    return length === 0 ? this.baseOffset : this.lastOffsetAt(length - 1) + 1;
  }

  /** -1 when no record has a timestamp. */
  get maxTimestamp(): number {
    return this.#maxTimestamp;
  }

  /** What retention goes by: the largest timestamp of a batch, its records may be gone (`largestTimestamp`). */
  get latestBatchTimestamp(): number {
    return Math.max(this.#maxTimestamp, this.#latestBatchTimestamp);
  }

  /** The last offset of the first batch that has the maximum timestamp. */
  get offsetOfMaxTimestamp(): number {
    return this.#offsetOfMaxTimestamp;
  }

  baseOffsetAt(index: number): number {
    return this.baseOffset + this.#batches.first(index);
  }

  lastOffsetAt(index: number): number {
    return this.baseOffset + this.#batches.last(index);
  }

  maxTimestampAt(index: number): number {
    return this.#batches.maxTimestamp(index);
  }

  positionAt(index: number): number {
    return index === this.batchCount ? this.#size : this.#batches.position(index);
  }

  sizeAt(index: number): number {
    return this.positionAt(index + 1) - this.#batches.position(index);
  }

  /** The first batch that holds the offset or comes after it; `batchCount` when there is none. */
  indexOf(offset: number): number {
    return this.#batches.indexOf(offset - this.baseOffset);
  }

  /** The bytes of one batch: a view when it was appended as one chunk. */
  readBatch(index: number): Uint8Array | DiskError {
    return this.#storage.read(this.path, this.#batches.position(index), this.sizeAt(index));
  }

  /** `LogSegment.shouldRoll`, before `bytes` more with this largest timestamp are appended. */
  shouldRoll(config: LogConfig, bytes: number, maxTimestamp: number, nowMs: number): boolean {
    if (this.#size > config['segment.bytes'] - bytes) return true;
    if (this.#size > 0 && this.#waitedMs(maxTimestamp, nowMs) > config['segment.ms'] - this.#rollJitterMs)
      return true;
    const maxIndexBytes = config['segment.index.bytes'];
    return this.offsetIndex.isFull(maxIndexBytes) || this.timeIndex.isFull(maxIndexBytes);
  }

  /** Writes the batch. Its index entries come apart (`indexBatch`), after the log end offset has moved. */
  append(batch: Uint8Array, header: BatchHeader): DiskError | null {
    assert(header.baseOffset >= this.nextOffset, 'offsets of a segment rise');
    assert(header.lastOffset - this.baseOffset <= MAX_RELATIVE_OFFSET, 'an offset beyond the segment');
    const error = this.#storage.check(this.#storage.disk.append(this.path, batch));
    if (error !== null) return error;
    this.#dirty = true;
    this.note(header);
    return null;
  }

  /** Takes a batch that lies at the end of what is known of the file into the arrays. */
  note(header: BatchHeader): void {
    const { baseOffset, lastOffset } = header;
    const first = baseOffset - this.baseOffset;
    const maxTimestamp = header.count === 0 ? NO_TIMESTAMP : header.maxTimestamp;
    this.#batches.push(first, lastOffset - this.baseOffset, this.#size, maxTimestamp);
    this.#size += header.length;
    if (header.maxTimestamp > this.#latestBatchTimestamp) this.#latestBatchTimestamp = header.maxTimestamp;
    if (maxTimestamp > this.#maxTimestamp) {
      this.#maxTimestamp = maxTimestamp;
      this.#offsetOfMaxTimestamp = header.lastOffset;
    }
  }

  /** The sparse entries due with the last batch. */
  indexBatch(intervalBytes: number): DiskError | null {
    const last = this.batchCount - 1;
    let error: DiskError | null = null;
    if (this.#bytesSinceIndexEntry > intervalBytes) {
      error = this.offsetIndex.append(this.#batches.last(last), this.#batches.position(last));
      error ??= this.#indexTime();
      this.#bytesSinceIndexEntry = 0;
    }
    this.#bytesSinceIndexEntry += this.sizeAt(last);
    return error;
  }

  /** What a segment writes when it stops being the active one, and when its log is closed. */
  seal(): DiskError | null {
    this.#batches.trim();
    return this.#indexTime();
  }

  /** Drops every batch that holds the offset or comes after it. */
  truncateTo(offset: number): DiskError | null {
    const keep = this.indexOf(offset);
    const error =
      this.offsetIndex.truncateTo(offset - this.baseOffset) ??
      this.timeIndex.truncateTo(offset - this.baseOffset) ??
      this.truncateFile(this.positionAt(keep));
    this.#batches.truncate(keep);
    this.#bytesSinceIndexEntry = 0;
    if (keep === 0) this.#createdMs = this.#storage.wall.nowMs();
    this.#findMaxTimestamp();
    return error;
  }

  /** Cuts the file, whose size may be more than what is known of it (a torn tail). */
  truncateFile(size: number): DiskError | null {
    this.#size = size;
    this.#dirty = true;
    if (this.#storage.disk.size(this.path) === size) return null;
    return this.#storage.check(this.#storage.disk.truncate(this.path, size));
  }

  /** Starts the syncs that this segment needs, the log's own last. */
  sync(owner: SyncOwner, force: boolean, tickets: number[]): void {
    const indexDirty = this.offsetIndex.takeDirty();
    const timeDirty = this.timeIndex.takeDirty();
    if (indexDirty || force) tickets.push(this.#storage.sync(this.offsetIndex.path, owner));
    if (timeDirty || force) tickets.push(this.#storage.sync(this.timeIndex.path, owner));
    if (this.#transactionIndexPath !== null)
      tickets.push(this.#storage.sync(this.#transactionIndexPath, owner));
    if (this.#dirty || force) tickets.push(this.#storage.sync(this.path, owner));
    this.#dirty = false;
  }

  /**
   * Renames the files to `.deleted` and leaves their removal to the storage. A power loss may have taken an
   * index.
   */
  delete(delayMs: number): DiskError | null {
    for (const path of [this.path, this.offsetIndex.path, this.timeIndex.path]) {
      if (this.#storage.disk.size(path) < 0) continue;
      const deleted = path + DELETED_SUFFIX;
      const error = this.#storage.check(this.#storage.disk.rename(path, deleted));
      if (error !== null) return error;
      this.#storage.markForDeletion(deleted, delayMs);
    }
    return this.#storage.failure;
  }

  /** Writes the transaction index of a segment that is to be swapped in. */
  writeTransactionIndex(content: Uint8Array, suffix: string): DiskError | null {
    const path = this.path.slice(0, -(LOG_SUFFIX + suffix).length) + TRANSACTION_INDEX_SUFFIX + suffix;
    this.#transactionIndexPath = path;
    return this.#storage.check(this.#storage.disk.write(path, content));
  }

  /** Gives the files another suffix, the log's own first: by it a boot tells how far a swap had come. */
  changeSuffix(from: string, to: string): DiskError | null {
    const path = changed(this.path, from, to);
    const error = this.#storage.check(this.#storage.disk.rename(this.path, path));
    this.path = path;
    return (
      error ??
      this.offsetIndex.rename(changed(this.offsetIndex.path, from, to)) ??
      this.timeIndex.rename(changed(this.timeIndex.path, from, to)) ??
      this.#renameTransactionIndex(from, to)
    );
  }

  #renameTransactionIndex(from: string, to: string): DiskError | null {
    const path = this.#transactionIndexPath;
    if (path === null) return null;
    this.#transactionIndexPath = to === '' ? null : changed(path, from, to);
    return this.#storage.check(this.#storage.disk.rename(path, changed(path, from, to)));
  }

  /** Removes files that never became the log's. */
  discard(): DiskError | null {
    for (const path of [this.path, this.offsetIndex.path, this.timeIndex.path, this.#transactionIndexPath]) {
      if (path === null || this.#storage.disk.size(path) < 0) continue;
      const error = this.#storage.check(this.#storage.disk.remove(path));
      if (error !== null) return error;
    }
    return null;
  }

  #indexTime(): DiskError | null {
    return this.timeIndex.maybeAppend(this.#maxTimestamp, this.#offsetOfMaxTimestamp - this.baseOffset);
  }

  #findMaxTimestamp(): void {
    this.#maxTimestamp = NO_TIMESTAMP;
    this.#latestBatchTimestamp = NO_TIMESTAMP;
    this.#offsetOfMaxTimestamp = this.baseOffset;
    for (let index = 0; index < this.batchCount; index++) {
      if (this.maxTimestampAt(index) <= this.#maxTimestamp) continue;
      this.#maxTimestamp = this.maxTimestampAt(index);
      this.#offsetOfMaxTimestamp = this.lastOffsetAt(index);
    }
  }

  /** By the records' own clock when they have one: the first batch against the batch to come. */
  #waitedMs(maxTimestamp: number, nowMs: number): number {
    const first = this.batchCount === 0 ? NO_TIMESTAMP : this.maxTimestampAt(0);
    return first >= 0 ? maxTimestamp - first : nowMs - this.#createdMs;
  }
}

function changed(path: string, from: string, to: string): string {
  assert(path.endsWith(from), () => `${path} is not ${from}`);
  return path.slice(0, path.length - from.length) + to;
}

/**
 * The segment that an offset would lie in: the last one that starts at it or before; -1 when there is none.
 */
export function floorSegment(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.baseOffset <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

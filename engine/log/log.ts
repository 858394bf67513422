import { assert, DiskError, type Outbox, type Ticket } from '../machine/index.ts';
import { ErrorCode, type Records, type Uuid } from '../wire/index.ts';
import {
  type AppendEntry,
  type AppendInfo,
  appendedBefore,
  entriesAsGiven,
  entriesOfLeader,
  sumOf,
} from './append-entry.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { encodeEpochs } from './checkpoint-text.ts';
import { findMaxTimestamp, findTimestamp, type TimestampOffset } from './find-timestamp.ts';
import type { EpochEndOffset, LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LocalLog, ReadResult } from './local-log.ts';
import type { LogConfig } from './log-config.ts';
import { LogFailure, storageFailure } from './log-failure.ts';
import { PARTITION_METADATA } from './log-file-name.ts';
import type { LogStorage } from './log-storage.ts';
import { type LogOptions, type OpenedLog, openLog } from './open-log.ts';
import { encodePartitionMetadata } from './partition-metadata.ts';
import type { LogProducers } from './producer/index.ts';
import { deleteOldSegments } from './retention.ts';
import type { AppendOrigin } from './validate-append.ts';

/** One replica's log (`UnifiedLog`): a local log with a high watermark, leader epochs and a start. */
export class Log {
  readonly name: string;
  readonly #storage: LogStorage;
  readonly #local: LocalLog;
  readonly #epochs: LeaderEpochCache;
  readonly #epochFile: CheckpointFile;
  readonly #producers: LogProducers;
  #topicId: Uuid | null;
  #config: LogConfig;
  #logStartOffset: number;
  #highWatermark: number;

  /** Brings a log back from its directory, or makes it. */
  static open(options: LogOptions, out: Outbox): Log | DiskError {
    const opened = openLog(options, out);
    if (opened instanceof DiskError) return opened;
    const log = new Log(options, opened);
    const error = options.topicId === null ? null : log.assignTopicId(options.topicId);
    if (error !== null) return error;
    const { highWatermark, logEndOffset, logStartOffset, name, topicId } = log;
    out.fact({ fact: 'log opened', log: name, topicId, logStartOffset, logEndOffset, highWatermark });
    return log;
  }

  private constructor(options: LogOptions, opened: OpenedLog) {
    this.name = options.name;
    this.#storage = options.storage;
    this.#config = options.config;
    this.#local = opened.local;
    this.#epochs = opened.epochs;
    this.#epochFile = opened.epochFile;
    this.#topicId = opened.topicId;
    this.#logStartOffset = opened.logStartOffset;
    const highWatermark = Math.max(options.highWatermark ?? 0, this.#logStartOffset);
    this.#highWatermark = Math.min(highWatermark, this.logEndOffset);
    if (opened.haveEpochsChanged) this.#writeEpochs();
    this.#producers = opened.producers;
    this.#producers.onHighWatermark(this.#highWatermark);
  }

  get topicId(): Uuid | null {
    return this.#topicId;
  }

  get config(): LogConfig {
    return this.#config;
  }

  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  /** Below it the outcome of every transaction is known and replicated. */
  get lastStableOffset(): number {
    const { firstUnstableOffset } = this.#producers;
    if (firstUnstableOffset < 0 || firstUnstableOffset > this.#highWatermark) return this.#highWatermark;
    return Math.max(firstUnstableOffset, this.#logStartOffset);
  }

  get producers(): LogProducers {
    return this.#producers;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get logEndOffset(): number {
    return this.#local.logEndOffset;
  }

  /** Everything below is durable. */
  get recoveryPoint(): number {
    return this.#local.recoveryPoint.offset;
  }

  /** -1: none. */
  get latestLeaderEpoch(): number {
    return this.#epochs.latest?.leaderEpoch ?? -1;
  }

  /** -1: none. */
  get latestEpochStartOffset(): number {
    return this.#epochs.latest?.startOffset ?? -1;
  }

  /** To be read, not changed. */
  get epochs(): LeaderEpochCache {
    return this.#epochs;
  }

  get sizeBytes(): number {
    return this.#local.sizeBytes;
  }

  get segmentCount(): number {
    return this.#local.segments.length;
  }

  get firstSegmentBaseOffset(): number {
    return this.#local.firstOffset;
  }

  get local(): LocalLog {
    return this.#local;
  }

  /** The disk's first error; from then on every call answers it. */
  get failure(): DiskError | null {
    return this.#storage.failure;
  }

  /** Nothing of this log is on its way to the disk. */
  get isSettled(): boolean {
    return this.#local.recoveryPoint.isSettled && this.#epochFile.isDurable;
  }

  updateConfig(config: LogConfig): void {
    this.#config = config;
    this.#local.updateConfig(config);
  }

  /**
   * A leader's append: validates, assigns offsets from the log end offset, stamps the leader epoch. A client
   * sends one batch; a coordinator may send more, and control batches. What a producer sends again is not appended
   * again: the answer tells where it stands.
   */
  appendAsLeader(
    records: Records,
    leaderEpoch: number,
    out: Outbox,
    origin: AppendOrigin = 'client',
    transactionVersion = 0,
  ): AppendInfo | LogFailure {
    if (this.#storage.failure !== null) return storageFailure(this.#storage.failure);
    const stamp = { config: this.#config, nextOffset: this.logEndOffset, leaderEpoch, origin };
    const entries = entriesOfLeader(records, stamp, this.#storage, out);
    if (entries instanceof LogFailure) return entries;
    const duplicate = origin === 'client' ? this.#producers.duplicateOf(entries) : undefined;
    if (duplicate !== undefined) return appendedBefore(duplicate, this.#logStartOffset, out);
    const rejected = this.#producers.reject(entries, origin === 'client', transactionVersion);
    return rejected ?? this.#append(entries, out);
  }

  /** The quorum leader's append: batches come with offsets from the log end offset on, and this epoch. */
  appendAsRaftLeader(records: Records, leaderEpoch: number, out: Outbox): AppendInfo | LogFailure {
    if (this.#storage.failure !== null) return storageFailure(this.#storage.failure);
    const entries = entriesAsGiven(records, leaderEpoch, this.logEndOffset, this.#storage, out);
    if (entries instanceof LogFailure) return entries;
    const isStamped = entries.every(({ header }) => header.leaderEpoch === leaderEpoch);
    assert(isStamped, 'a quorum leader stamps its own epoch');
    assert(entries[0]?.header.baseOffset === this.logEndOffset, 'a quorum leader appends at the end');
    return this.#append(entries, out);
  }

  /**
   * A follower's append: offsets and epochs as its leader gave them. From the first batch with an epoch above
   * `maxLeaderEpoch` on all is left out: a later leader appended it, after a truncation not followed here (KAFKA-18723).
   */
  appendAsFollower(records: Records, maxLeaderEpoch: number, out: Outbox): AppendInfo | LogFailure {
    if (this.#storage.failure !== null) return storageFailure(this.#storage.failure);
    const entries = entriesAsGiven(records, maxLeaderEpoch, this.logEndOffset, this.#storage, out);
    return entries instanceof LogFailure ? entries : this.#append(entries, out);
  }

  /**
   * Whole batches of one segment from the one that holds `startOffset`, as far as all their records are below
   * `endOffset`. With `minOneBatch` the first is given even if it alone exceeds `maxBytes`.
   */
  read(
    startOffset: number,
    maxBytes: number,
    endOffset: number,
    minOneBatch: boolean,
    out: Outbox | null = null,
  ): ReadResult | 'out of range' | DiskError {
    if (this.#storage.failure !== null) return this.#storage.failure;
    if (startOffset < this.#logStartOffset || startOffset > this.logEndOffset) return 'out of range';
    return this.#local.read(startOffset, maxBytes, endOffset, minOneBatch, out);
  }

  /** Bytes of the batches between two offsets, as a fetch that waits for `min.bytes` counts them. */
  bytesBetween(startOffset: number, endOffset: number): number {
    return this.#local.bytesBetween(startOffset, endOffset);
  }

  /** Batches from the one that holds `startOffset` to the log end. Ends early when the disk fails. */
  batches(startOffset: number): Generator<Uint8Array, void> {
    return this.#local.batches(startOffset);
  }

  /** Raises the high watermark, never above the log end offset. True when it moved. */
  advanceHighWatermark(offset: number, leaderEpoch: number, isLeader: boolean, out: Outbox): boolean {
    const highWatermark = Math.min(offset, this.logEndOffset);
    if (highWatermark <= this.#highWatermark) return false;
    this.#highWatermark = highWatermark;
    this.#producers.onHighWatermark(highWatermark);
    out.fact({
      fact: 'high watermark advanced',
      log: this.name,
      highWatermark,
      lastStableOffset: this.lastStableOffset,
      logEndOffset: this.logEndOffset,
      leaderEpoch,
      leader: isLeader,
    });
    return true;
  }

  /**
   * Drops everything from `offset` on. True when there was something. Leader epochs that start there go even
   * when no record does (KAFKA-10706).
   */
  truncateTo(offset: number, out: Outbox): boolean | LogFailure {
    assert(offset >= 0, () => `truncate to ${offset}`);
    if (this.#storage.failure !== null) return storageFailure(this.#storage.failure);
    if (offset >= this.logEndOffset) {
      if (this.#epochs.truncateFromEnd(this.logEndOffset)) this.#writeEpochs();
      return false;
    }
    if (offset < this.#highWatermark) out.probe('log truncated below its high watermark');
    if (offset < this.#local.firstOffset) return this.restartAt(offset, out) ?? true;
    const error = this.#local.truncateTo(offset);
    this.#logStartOffset = Math.min(this.#logStartOffset, offset);
    this.#highWatermark = Math.min(this.#highWatermark, offset);
    if (this.#epochs.truncateFromEnd(offset)) this.#writeEpochs();
    this.#producers.onTruncated(offset, this.#logStartOffset, this.#highWatermark);
    const { lastStableOffset, name } = this;
    out.fact({ fact: 'log truncated', log: name, logEndOffset: offset, lastStableOffset });
    return error === null ? true : storageFailure(error);
  }

  /** Empties the log and starts over at `offset` (`truncateFullyAndStartAt`). */
  restartAt(offset: number, out: Outbox): LogFailure | null {
    assert(offset >= 0, () => `restart at ${offset}`);
    if (this.#storage.failure !== null) return storageFailure(this.#storage.failure);
    const error = this.#local.restartAt(offset);
    this.#logStartOffset = offset;
    this.#highWatermark = offset;
    if (this.#epochs.clear()) this.#writeEpochs();
    this.#producers.onRestarted();
    out.fact({ fact: 'log restarted', log: this.name, logStartOffset: offset });
    return error === null ? null : storageFailure(error);
  }

  /** Raises the log start offset, never above the high watermark; retention deletes below. True when it moved. */
  advanceLogStart(offset: number, out: Outbox): boolean | LogFailure {
    if (this.#storage.failure !== null) return storageFailure(this.#storage.failure);
    if (offset > this.#highWatermark) {
      const message = `log start offset ${offset} above the high watermark ${this.#highWatermark}`;
      return new LogFailure(ErrorCode.OFFSET_OUT_OF_RANGE, message);
    }
    if (offset <= this.#logStartOffset) return false;
    this.#logStartOffset = offset;
    if (this.#epochs.truncateFromStart(offset)) this.#writeEpochs();
    out.fact({ fact: 'log start advanced', log: this.name, logStartOffset: offset });
    return true;
  }

  /** Deletes segments that retention has done with. Answers how many. */
  deleteOldSegments(out: Outbox): number | LogFailure {
    if (this.#storage.failure !== null) return storageFailure(this.#storage.failure);
    return deleteOldSegments(this, this.#storage.wall.nowMs(), out);
  }

  /** A leader epoch begins at an offset. */
  assignEpoch(leaderEpoch: number, startOffset: number): void {
    if (this.#epochs.assign(leaderEpoch, startOffset)) this.#writeEpochs();
  }

  /** Both -1 when the epoch's end is not known. */
  endOffsetFor(leaderEpoch: number): EpochEndOffset {
    return this.#epochs.endOffsetFor(leaderEpoch, this.logEndOffset);
  }

  /** The epoch in force at an offset; -1: none. */
  epochAt(offset: number): number {
    return this.#epochs.epochAt(offset);
  }

  /** The first record at this time or later; null when there is none. */
  offsetForTimestamp(timestamp: number): TimestampOffset | null | LogFailure {
    return findTimestamp(this.#storage, this.#local.segments, timestamp, this.#logStartOffset);
  }

  /** The first record with the largest timestamp; null when there is none. */
  offsetOfMaxTimestamp(): TimestampOffset | null | LogFailure {
    return findMaxTimestamp(this.#storage, this.#local.segments);
  }

  /** Starts a flush up to an offset; answers the ticket of the sync begun last (0: it is durable already). */
  flush(upTo = this.logEndOffset): Ticket {
    return this.#local.flush(upTo);
  }

  /** Closes the active segment and begins a new one, unless it is empty. */
  roll(): DiskError | null {
    const error = this.#storage.failure ?? this.#local.roll();
    if (error === null) this.#producers.takeSnapshot();
    return error;
  }

  /** Writes what a closed log has and flushes all of it. It is closed when `isSettled`. */
  close(): void {
    if (this.#storage.failure === null) this.#producers.takeSnapshot();
    this.#local.close();
  }

  /** Its directory is going: what is under way comes to nothing. */
  abandon(): void {
    this.#epochFile.abandon();
  }

  /** Outside a `LogDirectory`. True when the ticket was this storage's. */
  onSynced(ticket: Ticket, error: DiskError | null, out: Outbox): boolean {
    return this.#storage.onSynced(ticket, error, out);
  }

  /** Writes `partition.metadata`, before data can be there without it; the first flush makes it durable. */
  assignTopicId(topicId: Uuid): DiskError | null {
    const known = this.#topicId;
    assert(
      known === null || known === topicId,
      () => `${this.name} belongs to topic ${known}, not ${topicId}`,
    );
    if (known !== null) return null;
    this.#topicId = topicId;
    return this.#local.writeSmallFile(PARTITION_METADATA, encodePartitionMetadata(topicId));
  }

  #append(entries: readonly AppendEntry[], out: Outbox): AppendInfo | LogFailure {
    const { bytes, maxTimestamp } = sumOf(entries);
    const baseOffset = entries[0]?.header.baseOffset ?? -1;
    const lastOffset = entries.at(-1)?.header.lastOffset ?? -1;
    if (entries.length > 0) {
      const config = this.#config;
      const count = this.segmentCount;
      const error = this.#local.maybeRoll(config, bytes, baseOffset, lastOffset, maxTimestamp);
      if (error !== null) return storageFailure(error);
      if (this.segmentCount > count) this.#producers.takeSnapshot();
    }
    for (const entry of entries) {
      const error = this.#appendOne(entry, out);
      if (error !== null) return storageFailure(error);
    }
    const isFlushDue = this.logEndOffset - this.recoveryPoint >= this.#config['flush.messages'];
    return {
      baseOffset,
      lastOffset,
      logAppendTime: this.#config['message.timestamp.type'] === 'LogAppendTime' ? maxTimestamp : -1,
      logStartOffset: this.#logStartOffset,
      batches: entries.length,
      bytes,
      sync: isFlushDue ? this.flush() : 0,
    };
  }

  /** The log end offset has moved before an index entry can fail (KAFKA-7866). */
  #appendOne(entry: AppendEntry, out: Outbox): DiskError | null {
    const { batch, header } = entry;
    const { baseOffset, lastOffset, leaderEpoch } = header;
    if (leaderEpoch >= 0) this.assignEpoch(leaderEpoch, baseOffset);
    const error = this.#local.append(batch, header, out);
    if (error !== null) return error;
    out.fact({ fact: 'log appended', log: this.name, baseOffset, lastOffset, leaderEpoch, batch });
    if (header.producerId >= 0) this.#producers.onAppended(entry, out);
    return this.#local.indexAppended(this.#config);
  }

  #writeEpochs(): void {
    this.#epochFile.write(encodeEpochs(this.#epochs.entries));
  }
}

import { DiskError, type Outbox } from '../../machine/index.ts';
import {
  type BatchHeader,
  ControlType,
  NO_PRODUCER_ID,
  parseBatch,
  RecordsError,
  readControlRecords,
} from '../../records/index.ts';
import type { AppendEntry } from '../append-entry.ts';
import type { LocalLog } from '../local-log.ts';
import type { LogFailure } from '../log-failure.ts';
import { offsetOfFile, segmentPrefix } from '../log-file-name.ts';
import type { LogStorage } from '../log-storage.ts';
import { type AbortedTransaction, AbortedTransactions } from './aborted-transactions.ts';
import { rejectBatch, rejectMarker } from './check-batch.ts';
import { type BatchMetadata, ProducerEntry } from './producer-entry.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
import { Verifications } from './verifications.ts';

const SNAPSHOT_SUFFIX = '.snapshot';

/** A transaction with its marker in the log, not replicated yet. */
interface EndedTransaction {
  readonly firstOffset: number;
  /** Of the marker. */
  readonly lastOffset: number;
}

/** The producers of one log, and its transactions (`ProducerStateManager`). */
export class LogProducers {
  readonly #name: string;
  readonly #storage: LogStorage;
  readonly #local: LocalLog;
  readonly #entries = new Map<number, ProducerEntry>();
  readonly #verifications = new Verifications();
  readonly #aborted: AbortedTransactions;
  /** In the order of their markers. */
  #ended: EndedTransaction[] = [];
  /** First offsets of open transactions; -1 while there is none. Found again when the first one ends. */
  #firstOpen = -1;
  /** Offsets of snapshots on the disk, ascending. */
  #snapshots: number[];

  constructor(name: string, storage: LogStorage, local: LocalLog) {
    this.#name = name;
    this.#storage = storage;
    this.#local = local;
    this.#aborted = new AbortedTransactions(storage, local.directory, local.recoveryPoint);
    this.#snapshots = storage.disk
      .list(local.directory)
      .filter((file) => file.endsWith(SNAPSHOT_SUFFIX))
      .map(offsetOfFile)
      .filter((offset) => offset >= 0)
      .sort((a, b) => a - b);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Ascending by id. */
  entries(): ProducerEntry[] {
    return [...this.#entries.values()].sort((a, b) => a.producerId - b.producerId);
  }

  entry(producerId: number): ProducerEntry | undefined {
    return this.#entries.get(producerId);
  }

  /** Where the first transaction begins whose outcome is not replicated; -1: there is none. */
  get firstUnstableOffset(): number {
    // Few at any time, and by their markers: who ended first need not have begun first.
    let first = this.#firstOpen;
    for (let i = 0; i < this.#ended.length; i++) {
      const { firstOffset } = this.#ended[i]!;
      if (first < 0 || firstOffset < first) first = firstOffset;
    }
    return first;
  }

  abortedBetween(from: number, to: number): AbortedTransaction[] {
    return this.#aborted.between(from, to);
  }

  /**
   * Brings back what the log says: the latest snapshot that can be read, then the batches after it. A log that was
   * closed cleanly and has no snapshot never saw a producer. A snapshot may outlive a power loss that the index of
   * aborted transactions does not: what is above the recovery point is found in the batches (`LogSegment.recover`).
   */
  load(wasClean: boolean, logStartOffset: number, nowMs: number, expirationMs: number, out: Outbox): void {
    if (wasClean && this.#snapshots.length === 0) return;
    this.#deleteStray(() => true);
    const { logEndOffset } = this.#local;
    if (!wasClean) this.#recoverAborted(logStartOffset);
    const from = this.#restore(logEndOffset, logStartOffset);
    this.#deleteSnapshots((at) => at > logEndOffset);
    this.expire(nowMs, expirationMs, out);
    if (wasClean) this.#aborted.load(from);
    this.#replay(from);
  }

  #recoverAborted(logStartOffset: number): void {
    const { recoveryPoint, segments } = this.#local;
    const unflushed =
      segments.findLast(({ baseOffset }) => baseOffset <= recoveryPoint.offset) ?? segments[0]!;
    const from = this.#restore(unflushed.baseOffset, logStartOffset);
    this.#aborted.load(from);
    this.#aborted.rewrite(segments.map(({ baseOffset }) => baseOffset));
    this.#replay(from);
  }

  /** A batch that the log has already, of a client: all of a request's batches count as one. */
  duplicateOf(entries: readonly AppendEntry[]): BatchMetadata | undefined {
    for (const { header } of entries) {
      if (header.producerId === NO_PRODUCER_ID) continue;
      const duplicate = this.#entries.get(header.producerId)?.duplicateOf(header);
      if (duplicate !== undefined) return duplicate;
    }
    return undefined;
  }

  /** Why a leader does not take these batches. */
  reject(
    entries: readonly AppendEntry[],
    isFromClient: boolean,
    transactionVersion: number,
  ): LogFailure | null {
    for (const { batch, header } of entries) {
      if (header.producerId === NO_PRODUCER_ID) continue;
      const entry = this.#entries.get(header.producerId) ?? new ProducerEntry(header.producerId);
      const marker = header.isControl ? markerOf(batch) : null;
      const rejected =
        marker === null
          ? rejectBatch(entry, header, isFromClient, this.#verifications.get(header.producerId))
          : rejectMarker(entry, header.producerEpoch, marker.coordinatorEpoch, transactionVersion);
      if (rejected !== null) return rejected;
    }
    return null;
  }

  /** Whether a producer's transaction is open here, in this epoch. */
  hasOpen(producerId: number, producerEpoch: number): boolean {
    const entry = this.#entries.get(producerId);
    return entry !== undefined && entry.transactionFrom >= 0 && entry.producerEpoch === producerEpoch;
  }

  /**
   * A producer wants to write in a transaction, from `sequence` on: -1 when nobody need be asked, because it is open
   * here or because the epoch is an old one, which the append refuses (KAFKA-19690). Else a guard for `isVerified`.
   */
  beginVerification(
    producerId: number,
    producerEpoch: number,
    sequence: number,
    bumpsEpoch: boolean,
  ): number {
    const entry = this.#entries.get(producerId);
    if (entry !== undefined && producerEpoch < entry.producerEpoch) return -1;
    if (this.hasOpen(producerId, producerEpoch)) return -1;
    const nowMs = this.#storage.wall.nowMs();
    return this.#verifications.begin(producerId, producerEpoch, sequence, bumpsEpoch, nowMs);
  }

  /** Whether what the coordinator said is about the transaction that would be written to now. */
  isVerified(producerId: number, producerEpoch: number, guard: number): boolean {
    const entry = this.#entries.get(producerId);
    // An old epoch is told so by the append, and not that its transaction is over (KAFKA-19690).
    if (entry !== undefined && producerEpoch < entry.producerEpoch) return true;
    return this.hasOpen(producerId, producerEpoch) || this.#verifications.get(producerId)?.guard === guard;
  }

  /** A batch is in the log now. */
  onAppended({ batch, header }: AppendEntry, out: Outbox): void {
    if (header.producerId === NO_PRODUCER_ID) return;
    const aborted = this.#apply(batch, header);
    this.#verifications.onAppended(header);
    if (aborted === null) return;
    out.fact({ fact: 'transaction ended at partition', log: this.#name, ...aborted.told });
  }

  /** Markers below are replicated: what they end is stable. True when the first unstable offset may have moved. */
  onHighWatermark(highWatermark: number): boolean {
    const count = this.#ended.findIndex(({ lastOffset }) => lastOffset >= highWatermark);
    if (count === 0 || this.#ended.length === 0) return false;
    this.#ended = count < 0 ? [] : this.#ended.slice(count);
    return true;
  }

  /** The log ends at `offset` now. What is left of it below the high watermark stays stable. */
  onTruncated(offset: number, logStartOffset: number, highWatermark: number): void {
    if (this.isEmpty && this.#snapshots.length === 0) return;
    this.#deleteSnapshots((at) => at > offset);
    this.#aborted.truncateTo(
      offset,
      this.#local.segments.map(({ baseOffset }) => baseOffset),
    );
    this.#replay(this.#restore(offset, logStartOffset));
    // A replay does not know which markers are replicated: without this all of them would hold readers back again.
    this.onHighWatermark(highWatermark);
  }

  onRestarted(): void {
    this.#entries.clear();
    this.#ended = [];
    this.#firstOpen = -1;
    this.#deleteSnapshots(() => true);
    this.#aborted.clear();
  }

  /** Segments below this offset are gone. The producers stay (KAFKA-7190). */
  onDeletedBelow(offset: number): void {
    const last = this.#snapshots.at(-1);
    this.#deleteSnapshots((at) => at < offset && at !== last);
    this.#aborted.forgetBelow(offset);
  }

  /** Compaction replaces the segments of [from, to): what lies beside the old ones goes. */
  onCompacting(from: number, to: number): DiskError | null {
    return this.#aborted.forgetFilesBetween(from, to);
  }

  /** See `AbortedTransactions.replaceBetween`. Snapshots go with the segments that they stood at the beginning of. */
  onCompacted(
    from: number,
    to: number,
    left: readonly AbortedTransaction[],
    segments: readonly number[],
  ): void {
    this.#aborted.replaceBetween(from, to, left, segments);
    this.#deleteStray((at) => at >= from && at < to);
  }

  /**
   * A snapshot that stands at the beginning of no segment is of use only when it is the latest of all
   * (`ProducerStateManager.removeStraySnapshots`).
   */
  #deleteStray(isSuspect: (offset: number) => boolean): void {
    if (this.#snapshots.length === 0) return;
    const bases = new Set(this.#local.segments.map(({ baseOffset }) => baseOffset));
    const last = this.#snapshots.at(-1);
    this.#deleteSnapshots((at) => at !== last && !bases.has(at) && isSuspect(at));
  }

  /** Writes down who is known at the log's end, unless that has been done or nobody ever was. */
  takeSnapshot(): void {
    const at = this.#local.logEndOffset;
    if ((this.isEmpty && this.#snapshots.length === 0) || this.#snapshots.at(-1) === at) return;
    const content = encodeProducerSnapshot(this.entries());
    if (this.#local.writeSmallFile(snapshotName(at), content) === null) this.#snapshots.push(at);
  }

  /** Forgets who has been silent for too long by its records' own clock; never who has a transaction open. */
  expire(nowMs: number, expirationMs: number, out: Outbox): void {
    this.#verifications.expire(nowMs, expirationMs);
    const producerIds: number[] = [];
    for (const [producerId, entry] of this.#entries) {
      if (entry.transactionFrom < 0 && nowMs - entry.lastTimestamp >= expirationMs)
        producerIds.push(producerId);
    }
    if (producerIds.length === 0) return;
    for (const producerId of producerIds) this.#entries.delete(producerId);
    out.fact({ fact: 'producers forgotten', log: this.#name, producerIds });
  }

  /** From where on batches have to be replayed. */
  #restore(upTo: number, logStartOffset: number): number {
    this.#entries.clear();
    this.#ended = [];
    this.#firstOpen = -1;
    for (;;) {
      const at = this.#snapshots.findLast((offset) => offset <= upTo);
      if (at === undefined) return logStartOffset;
      const entries = this.#readSnapshot(at);
      if (entries !== null) {
        for (const entry of entries) this.#entries.set(entry.producerId, entry);
        this.#findFirstOpen();
        return Math.max(at, logStartOffset);
      }
      this.#deleteSnapshots((other) => other === at);
    }
  }

  #readSnapshot(at: number): ProducerEntry[] | null {
    const { disk } = this.#storage;
    const path = `${this.#local.directory}/${snapshotName(at)}`;
    const bytes = disk.read(path, 0, Math.max(0, disk.size(path)));
    return bytes instanceof DiskError ? null : decodeProducerSnapshot(bytes);
  }

  #replay(from: number): void {
    for (const batch of this.#local.batches(from)) {
      const header = parseBatch(batch);
      if (header instanceof RecordsError || header.producerId === NO_PRODUCER_ID) continue;
      if (header.baseOffset >= from) this.#apply(batch, header);
    }
  }

  /** Answers what a marker ended; null when the batch is none, or ended nothing. */
  #apply(batch: Uint8Array, header: BatchHeader): { readonly told: EndedTold } | null {
    const { producerId } = header;
    let entry = this.#entries.get(producerId);
    if (entry === undefined) this.#entries.set(producerId, (entry = new ProducerEntry(producerId)));
    const marker = header.isControl ? markerOf(batch) : null;
    // A marker that compaction has emptied: there is nothing left of its transaction.
    if (header.isControl && marker === null) return null;
    if (marker === null) {
      entry.addBatch(header);
      if (header.isTransactional && entry.transactionFrom < 0) {
        entry.transactionFrom = header.baseOffset;
        if (this.#firstOpen < 0) this.#firstOpen = header.baseOffset;
      }
      return null;
    }
    const firstOffset = entry.transactionFrom;
    entry.addMarker(header.producerEpoch, marker.coordinatorEpoch, header.maxTimestamp);
    if (firstOffset < 0) return null;
    this.#findFirstOpen();
    const lastOffset = header.lastOffset;
    this.#ended.push({ firstOffset, lastOffset });
    if (marker.isAbort) {
      const lastStableOffset =
        this.#firstOpen < 0 ? lastOffset + 1 : Math.min(this.#firstOpen, lastOffset + 1);
      const segment = this.#local.segments.findLast(({ baseOffset }) => baseOffset <= lastOffset)!;
      this.#aborted.add({ producerId, firstOffset, lastOffset, lastStableOffset }, segment.baseOffset);
    }
    const { producerEpoch } = header;
    return { told: { producerId, producerEpoch, firstOffset, lastOffset, isCommit: !marker.isAbort } };
  }

  #findFirstOpen(): void {
    this.#firstOpen = -1;
    for (const { transactionFrom } of this.#entries.values()) {
      if (transactionFrom < 0) continue;
      if (this.#firstOpen < 0 || transactionFrom < this.#firstOpen) this.#firstOpen = transactionFrom;
    }
  }

  #deleteSnapshots(isDone: (offset: number) => boolean): void {
    if (this.#snapshots.length === 0) return;
    for (const at of this.#snapshots) {
      if (!isDone(at)) continue;
      const path = `${this.#local.directory}/${snapshotName(at)}`;
      if (this.#storage.disk.size(path) >= 0) this.#storage.check(this.#storage.disk.remove(path));
    }
    this.#snapshots = this.#snapshots.filter((at) => !isDone(at));
  }
}

interface EndedTold {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly isCommit: boolean;
}

interface Marker {
  readonly isAbort: boolean;
  readonly coordinatorEpoch: number;
}

/** Null: another control batch. */
function markerOf(batch: Uint8Array): Marker | null {
  const records = readControlRecords(batch);
  const record = records instanceof RecordsError ? undefined : records[0];
  if (record === undefined) return null;
  if (record.type !== ControlType.ABORT && record.type !== ControlType.COMMIT) return null;
  return { isAbort: record.type === ControlType.ABORT, coordinatorEpoch: record.message.coordinatorEpoch };
}

function snapshotName(offset: number): string {
  return `${segmentPrefix(offset)}${SNAPSHOT_SUFFIX}`;
}

import { assert, DiskError, type Outbox, type Ticket, unreachable } from '../../machine/index.ts';
import { parseBatch, RecordCursor, RecordsError, recordsSection } from '../../records/index.ts';
import type { LocalLog } from '../local-log.ts';
import type { Log } from '../log.ts';
import type { CleanerConfig } from '../log-config.ts';
import type { LogStorage, SyncOwner } from '../log-storage.ts';
import type { Segment } from '../segment.ts';
import { type BatchPlace, type CleaningRules, cleanBatch } from './clean-batch.ts';
import { type CleanableRange, segmentsBetween } from './cleanable-range.ts';
import { CleanedSegments } from './cleaned-segments.ts';
import { CleanedTransactions } from './cleaned-transactions.ts';
import { groupSegments } from './group-segments.ts';
import { OffsetMap } from './offset-map.ts';
import { abortedTransactions, lastRecordOf } from './producer-history.ts';

/** done: the log is clean below `cleanedTo`. aborted: truncated or gone. failed: of no use to try again. */
export type CleaningState = 'mapping' | 'cleaning' | 'syncing' | 'swapping' | 'done' | 'aborted' | 'failed';

/**
 * One pass over one log (`Cleaner.doClean`), in pieces:
 *
 *     mapping -> [cleaning -> syncing -> swapping] for each group of segments -> done
 *
 * `advance` works in the first two; the others wait for the disk.
 */
export class LogCleaning implements SyncOwner {
  readonly log: Log;
  readonly range: CleanableRange;
  readonly #local: LocalLog;
  readonly #storage: LogStorage;
  readonly #truncations: number;
  readonly #map: OffsetMap;
  readonly #nowMs: number;
  #rules: CleaningRules;
  #state: CleaningState = 'mapping';
  /** What is read now: the dirty segments, then those of the group. */
  #segments: readonly Segment[];
  #segment = 0;
  #batch = 0;
  #groups: (readonly Segment[])[] = [];
  #cleaned: CleanedSegments | null = null;
  #syncs: Ticket[] = [];

  constructor(log: Log, range: CleanableRange, storage: LogStorage, config: CleanerConfig) {
    this.log = log;
    this.range = range;
    this.#local = log.local;
    this.#storage = storage;
    this.#truncations = this.#local.truncations;
    this.#nowMs = storage.wall.nowMs();
    const { firstDirtyOffset, firstUncleanableOffset } = range;
    const bufferBytes = config['log.cleaner.dedupe.buffer.size'];
    this.#map = new OffsetMap(bufferBytes, config['log.cleaner.io.buffer.load.factor'], firstDirtyOffset);
    this.#segments = segmentsBetween(this.#local.segments, firstDirtyOffset, firstUncleanableOffset);
    this.#batch = this.#segments[0]?.indexOf(firstDirtyOffset) ?? 0;
    this.#rules = this.#newRules();
    this.#rules.transactions.expect(abortedTransactions(log, firstDirtyOffset, firstUncleanableOffset));
  }

  get state(): CleaningState {
    return this.#state;
  }

  /** Whether there is something to do that does not wait for the disk. */
  get isRunnable(): boolean {
    return this.#state === 'mapping' || this.#state === 'cleaning';
  }

  /** What lies below has been cleaned, once it is done. */
  get cleanedTo(): number {
    return Math.max(this.#map.latestOffset + 1, this.range.firstDirtyOffset);
  }

  /** Goes on until it has read and written about `budgetBytes`. Answers how many it has. */
  advance(budgetBytes: number, out: Outbox): number {
    let bytes = 0;
    while (this.isRunnable && bytes < budgetBytes) {
      if (!this.#isUndisturbed()) this.abort();
      else bytes += this.#state === 'mapping' ? this.#mapNext(out) : this.#cleanNext(out);
    }
    return bytes;
  }

  /** Stops, and leaves of this pass what is swapped in. */
  abort(): void {
    if (this.#state === 'done' || this.#state === 'failed') return;
    this.#end('aborted');
  }

  onSynced(ticket: Ticket, error: DiskError | null, out: Outbox): void {
    const at = this.#syncs.indexOf(ticket);
    if (at >= 0) this.#syncs.splice(at, 1);
    if (error !== null) this.#end('failed');
    if (this.#syncs.length > 0) return;
    if (this.#state === 'syncing') this.#swap(out);
    else if (this.#state === 'swapping') this.#nextGroup();
  }

  #mapNext(out: Outbox): number {
    const segment = this.#segments[this.#segment];
    if (segment === undefined) {
      this.#group();
      return 0;
    }
    if (this.#batch === segment.batchCount) {
      const next = this.#segments[this.#segment + 1]?.baseOffset ?? this.range.firstUncleanableOffset;
      this.#map.latestOffset = Math.max(this.#map.latestOffset, next - 1);
      this.#segment++;
      this.#batch = 0;
      return 0;
    }
    const batch = this.#read(segment, out);
    if (batch === null) return 0;
    const header = parseBatch(batch);
    if (header instanceof RecordsError) return this.#reject();
    const { transactions, compression } = this.#rules;
    if (header.isControl) transactions.isMarkerOfNothing(batch, header);
    else if (!transactions.isAborted(header)) {
      const section = recordsSection(batch, header, compression);
      if (section instanceof RecordsError) return this.#reject();
      const cursor = new RecordCursor(section, header);
      while (cursor.next()) {
        if (cursor.keyLength < 0 || cursor.offset < this.range.firstDirtyOffset) continue;
        if (this.#map.put(cursor)) continue;
        out.probe('log cleaner: the offset map is full');
        this.#group();
        return batch.length;
      }
      if (cursor.failed) return this.#reject();
      out.work.records += header.count;
    }
    this.#map.latestOffset = Math.max(this.#map.latestOffset, header.lastOffset);
    this.#batch++;
    return batch.length;
  }

  /** The map is made: everything from the first segment on is cleaned by it. */
  #group(): void {
    const segments = segmentsBetween(this.#local.segments, 0, this.cleanedTo);
    this.#groups = [...groupSegments(segments, this.log.config, this.range.firstUncleanableOffset)];
    this.#rules = this.#newRules();
    this.#nextGroup();
  }

  #nextGroup(): void {
    const group = this.#groups.shift();
    if (group === undefined) {
      this.#end('done');
      return;
    }
    this.#segments = group;
    this.#segment = 0;
    this.#batch = 0;
    this.#cleaned = new CleanedSegments(this.#local, group);
    this.#state = 'cleaning';
  }

  #cleanNext(out: Outbox): number {
    const segment = this.#segments[this.#segment];
    if (segment === undefined) {
      this.#sync();
      return 0;
    }
    // Of the whole segment, so that the new one's transaction index can be made whole.
    if (this.#batch === 0) {
      const { transactions } = this.#rules;
      transactions.expect(abortedTransactions(this.log, segment.baseOffset, segment.nextOffset));
    }
    if (this.#batch === segment.batchCount) {
      this.#segment++;
      this.#batch = 0;
      return 0;
    }
    const batch = this.#read(segment, out);
    if (batch === null) return 0;
    const header = parseBatch(batch);
    if (header instanceof RecordsError) return this.#reject();
    const isLast = this.#batch === segment.batchCount - 1 && this.#segment === this.#segments.length - 1;
    const place: BatchPlace = {
      lastRecord: header.producerId < 0 ? undefined : lastRecordOf(this.log, header.producerId),
      highWatermark: this.log.highWatermark,
      isLastOfSegment: isLast,
    };
    const kept = cleanBatch(batch, header, this.#rules, place);
    if (kept instanceof RecordsError) return this.#reject();
    out.work.records += header.count;
    if (kept !== null && kept !== batch) out.work.bytesChecksummed += kept.length;
    this.#batch++;
    const written = this.#cleaned!.add(header, kept, this.#rules.transactions.takeRetained(), out);
    if (written instanceof DiskError) return this.#reject();
    return batch.length + written;
  }

  #sync(): void {
    const tickets = this.#cleaned!.seal(this);
    if (tickets === null) {
      this.#end('failed');
      return;
    }
    this.#syncs = tickets;
    this.#state = 'syncing';
  }

  /** Nothing was written to the log's own files until now. */
  #swap(out: Outbox): void {
    if (!this.#isUndisturbed()) {
      this.abort();
      return;
    }
    const cleaned = this.#cleaned!;
    // From here on the files are the log's, or a boot's to judge.
    this.#cleaned = null;
    const from = this.#local.segments.indexOf(this.#segments[0]!);
    const { producers } = this.log;
    const error = this.#local.replaceSegments(cleaned.segments, from, this.#segments.length, () =>
      producers.onCompacting(cleaned.from, cleaned.to),
    );
    if (error !== null) {
      this.#end('failed');
      return;
    }
    producers.onCompacted(cleaned.from, cleaned.to, cleaned.aborted, cleaned.indexed);
    out.probe('log segments compacted');
    out.fact({
      fact: 'log compacted',
      log: this.log.name,
      from: cleaned.from,
      to: cleaned.to,
      cleanedTo: this.cleanedTo,
      bytesBefore: cleaned.bytesRead,
      bytesAfter: cleaned.bytesWritten,
      recordsBefore: cleaned.recordsRead,
      recordsAfter: cleaned.recordsWritten,
    });
    this.#syncs = [this.#storage.syncDirectory(this.#local.directory, this)];
    this.#state = 'swapping';
  }

  #read(segment: Segment, out: Outbox): Uint8Array | null {
    const batch = segment.readBatch(this.#batch);
    if (batch instanceof DiskError) {
      this.#end('failed');
      return null;
    }
    out.work.batches++;
    out.work.bytesRead += batch.length;
    return batch;
  }

  /** A batch that cannot be read, or a disk that cannot be written. */
  #reject(): number {
    this.#end('failed');
    return 0;
  }

  /** What is being read is still the log's: nothing was cut off, and retention took none of it. */
  #isUndisturbed(): boolean {
    if (this.#storage.failure !== null || this.#local.truncations !== this.#truncations) return false;
    const { segments } = this.#local;
    const from = segments.indexOf(this.#segments[0]!);
    return from >= 0 && from + this.#segments.length < segments.length;
  }

  #end(state: 'done' | 'aborted' | 'failed'): void {
    switch (state) {
      case 'done':
        assert(this.#cleaned === null, 'what was cleaned is swapped in');
        break;
      case 'aborted':
      case 'failed':
        this.#cleaned?.discard();
        this.#cleaned = null;
        break;
      default:
        unreachable(state);
    }
    this.#state = state;
  }

  #newRules(): CleaningRules {
    return {
      map: this.#map,
      transactions: new CleanedTransactions(),
      compression: this.#storage.compression,
      nowMs: this.#nowMs,
      deleteRetentionMs: this.log.config['delete.retention.ms'],
    };
  }
}

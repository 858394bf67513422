import { DiskError, type Outbox, type Ticket } from '../../machine/index.ts';
import { type BatchHeader, countOf, parseBatch, RecordsError } from '../../records/index.ts';
import type { LocalLog } from '../local-log.ts';
import { CLEANED_SUFFIX } from '../log-file-name.ts';
import type { SyncOwner } from '../log-storage.ts';
import { type AbortedTransaction, encodeAborted } from '../producer/index.ts';
import { MAX_RELATIVE_OFFSET, type Segment } from '../segment.ts';

/** How much one cleaned segment may hold. */
export interface SegmentLimits {
  readonly bytes: number;
  /** From its base offset to its last. */
  readonly offsets: number;
}

/** Positions in a segment are int32, and so are its relative offsets. */
const LIMITS: SegmentLimits = { bytes: 0x7fff_ffff, offsets: MAX_RELATIVE_OFFSET };

/**
 * What a group of segments is copied into: one `.cleaned` segment, more when a rewritten batch no longer fits. They
 * follow on each other and on what comes behind them without a hole.
 */
export class CleanedSegments {
  /** Where the group begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly segments: Segment[] = [];
  /** Aborted transactions whose markers stay, in the order of these. */
  readonly aborted: AbortedTransaction[] = [];
  bytesRead = 0;
  bytesWritten = 0;
  recordsRead = 0;
  recordsWritten = 0;
  readonly #local: LocalLog;
  readonly #limits: SegmentLimits;

  constructor(local: LocalLog, group: readonly Segment[], limits = LIMITS) {
    this.#local = local;
    this.#limits = limits;
    this.from = group[0]!.baseOffset;
    this.to = group.at(-1)!.nextOffset;
  }

  /** Counts a batch, and writes what is kept of it. Answers the bytes written. */
  add(
    header: BatchHeader,
    kept: Uint8Array | null,
    aborted: readonly AbortedTransaction[],
    out: Outbox,
  ): number | DiskError {
    this.bytesRead += header.length;
    this.recordsRead += header.count;
    if (kept === null) return 0;
    const segment = this.#segmentFor(header.lastOffset, kept.length, out);
    if (segment instanceof DiskError) return segment;
    const written = parseBatch(kept);
    if (written instanceof RecordsError) return 0;
    const error =
      segment.append(kept, written) ?? segment.indexBatch(this.#local.config['index.interval.bytes']);
    if (error !== null) return error;
    this.aborted.push(...aborted);
    this.bytesWritten += kept.length;
    this.recordsWritten += countOf(kept);
    out.work.bytesWritten += kept.length;
    return kept.length;
  }

  /** Writes what closed segments have and starts to make them durable; null when the disk fails. */
  seal(owner: SyncOwner): Ticket[] | null {
    const tickets: Ticket[] = [];
    if (this.segments.length === 0 && this.#begin(this.from) instanceof DiskError) return null;
    for (const segment of this.segments) {
      if (segment.seal() !== null || this.#writeTransactionIndex(segment) !== null) return null;
      segment.sync(owner, true, tickets);
    }
    return tickets;
  }

  /** Base offsets of the segments that have a transaction index. */
  get indexed(): readonly number[] {
    const indexed = this.segments.filter((segment) => this.#abortedIn(segment).length > 0);
    return indexed.map(({ baseOffset }) => baseOffset);
  }

  discard(): void {
    for (const segment of this.segments) if (segment.discard() !== null) return;
  }

  #abortedIn(segment: Segment): readonly AbortedTransaction[] {
    return this.aborted.filter(
      ({ lastOffset }) => lastOffset >= segment.baseOffset && lastOffset < segment.nextOffset,
    );
  }

  #writeTransactionIndex(segment: Segment): DiskError | null {
    const aborted = this.#abortedIn(segment);
    return aborted.length === 0
      ? null
      : segment.writeTransactionIndex(encodeAborted(aborted), CLEANED_SUFFIX);
  }

  #segmentFor(lastOffset: number, bytes: number, out: Outbox): Segment | DiskError {
    const segment = this.segments.at(-1);
    if (segment === undefined) return this.#begin(this.from);
    // The first batch always goes in, or a batch too large would never find a place.
    const isWide = lastOffset - segment.baseOffset > this.#limits.offsets;
    const isFull = bytes > this.#limits.bytes - segment.size;
    if (segment.size === 0 || !(isWide || isFull)) return segment;
    out.probe('log cleaner: a cleaned segment overflowed');
    return this.#begin(segment.nextOffset);
  }

  #begin(baseOffset: number): Segment | DiskError {
    const segment = this.#local.newCleanedSegment(baseOffset);
    this.segments.push(segment);
    return segment.create() ?? segment;
  }
}

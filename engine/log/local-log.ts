import { assert, DiskError, type Outbox, type Ticket } from '../machine/index.ts';
import type { BatchHeader } from '../records/index.ts';
import type { Records } from '../wire/index.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import type { LogConfig } from './log-config.ts';
import { CLEANED_SUFFIX, SWAP_SUFFIX } from './log-file-name.ts';
import type { LogStorage } from './log-storage.ts';
import { RecoveryPoint } from './recovery-point.ts';
import { floorSegment, MAX_RELATIVE_OFFSET, Segment } from './segment.ts';

export interface ReadResult {
  /** Whole batches, one chunk each. */
  readonly records: Records;
  readonly bytes: number;
}

const NOTHING_READ: ReadResult = { records: [], bytes: 0 };

/**
 * The segments of one log and where they end (`LocalLog`): bytes in, bytes out, nothing of replication.
 * Segments are never empty as a list; the last is the active one. An error is the storage's first and stays.
 */
export class LocalLog {
  readonly directory: string;
  readonly recoveryPoint: RecoveryPoint;
  readonly #storage: LogStorage;
  readonly #segments: Segment[];
  #logEndOffset: number;
  #config: LogConfig;
  #truncations = 0;

  constructor(
    storage: LogStorage,
    parent: string,
    directory: string,
    segments: Segment[],
    epochFile: CheckpointFile,
    recoveryPoint: number,
    config: LogConfig,
  ) {
    assert(segments.length > 0, 'a log has a segment');
    this.directory = directory;
    this.#config = config;
    this.#storage = storage;
    this.#segments = segments;
    this.#active.drawRollJitter(config);
    this.#logEndOffset = segments.at(-1)!.nextOffset;
    const flushed = Math.min(recoveryPoint, this.#logEndOffset);
    this.recoveryPoint = new RecoveryPoint(storage, parent, directory, epochFile, flushed);
  }

  /** From now on. */
  updateConfig(config: LogConfig): void {
    this.#config = config;
  }

  get logEndOffset(): number {
    return this.#logEndOffset;
  }

  get firstOffset(): number {
    return this.#segments[0]!.baseOffset;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get config(): LogConfig {
    return this.#config;
  }

  /** How often it was cut or started over. */
  get truncations(): number {
    return this.#truncations;
  }

  get sizeBytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.size;
    return bytes;
  }

  /** Writes one batch; the log end offset moves with it. */
  append(batch: Uint8Array, header: BatchHeader, out: Outbox): DiskError | null {
    const error = this.#active.append(batch, header);
    if (error !== null) return error;
    this.#logEndOffset = header.lastOffset + 1;
    out.work.batches++;
    out.work.records += header.count;
    out.work.bytesWritten += batch.length;
    return null;
  }

  /** The index entries due with the batch appended last. */
  indexAppended(config: LogConfig): DiskError | null {
    return this.#active.indexBatch(config['index.interval.bytes']);
  }

  /** Begins a new segment if the active one has no room for what comes. */
  maybeRoll(
    config: LogConfig,
    bytes: number,
    firstOffset: number,
    lastOffset: number,
    maxTimestamp: number,
  ): DiskError | null {
    const nowMs = this.#storage.wall.nowMs();
    const isFull = lastOffset - this.#active.baseOffset > MAX_RELATIVE_OFFSET;
    if (!isFull && !this.#storage.mayRoll) return null;
    if (isFull) return this.roll(firstOffset);
    // At the log end, also when what comes begins behind it, as from a leader whose log is compacted: between two
    // segments there is no hole unless a power loss made it.
    return this.#active.shouldRoll(config, bytes, maxTimestamp, nowMs) ? this.roll() : null;
  }

  /**
   * Closes the active segment, begins one at `offset` or the log end, and starts flushing what was closed.
   */
  roll(offset = this.#logEndOffset): DiskError | null {
    const baseOffset = Math.max(offset, this.#logEndOffset);
    if (this.#active.baseOffset === baseOffset) return null;
    const error = this.#active.seal() ?? this.#create(baseOffset);
    if (error === null) this.recoveryPoint.advanceTo(baseOffset, this.#segments, false);
    return error;
  }

  /** See `Log.read`. */
  read(
    startOffset: number,
    maxBytes: number,
    endOffset: number,
    minOneBatch: boolean,
    out: Outbox | null,
  ): ReadResult | DiskError {
    if (startOffset >= endOffset) return NOTHING_READ;
    const floor = Math.max(floorSegment(this.#segments, startOffset), 0);
    for (let at = floor; at < this.#segments.length; at++) {
      const segment = this.#segments[at]!;
      const from = segment.indexOf(startOffset);
      if (from < segment.batchCount) return readSegment(segment, from, maxBytes, endOffset, minOneBatch, out);
    }
    return NOTHING_READ;
  }

  /** Bytes of the batches that begin at `startOffset` or later and end below `endOffset`. */
  bytesBetween(startOffset: number, endOffset: number): number {
    let bytes = 0;
    for (let at = Math.max(floorSegment(this.#segments, startOffset), 0); at < this.#segments.length; at++) {
      const segment = this.#segments[at]!;
      if (segment.baseOffset >= endOffset) break;
      const from = segment.indexOf(startOffset);
      const to = segment.indexOf(endOffset);
      if (to > from) bytes += segment.positionAt(to) - segment.positionAt(from);
    }
    return bytes;
  }

  /** Batches from the one that holds `startOffset` to the end. Ends early when the disk fails. */
  *batches(startOffset: number): Generator<Uint8Array, void> {
    const floor = Math.max(floorSegment(this.#segments, startOffset), 0);
    for (const segment of this.#segments.slice(floor)) {
      for (let index = segment.indexOf(startOffset); index < segment.batchCount; index++) {
        const batch = segment.readBatch(index);
        if (batch instanceof DiskError) return;
        yield batch;
      }
    }
  }

  /** Drops the batches from `offset` on, which is not below the first segment. */
  truncateTo(offset: number): DiskError | null {
    assert(offset >= this.firstOffset && offset < this.#logEndOffset, 'truncate within the log');
    this.#truncations++;
    const keep = floorSegment(this.#segments, offset) + 1;
    const error = this.#delete(this.#segments.splice(keep)) ?? this.#active.truncateTo(offset);
    this.#logEndOffset = offset;
    this.recoveryPoint.lowerTo(offset);
    this.#storage.truncated(this.directory, offset);
    return error;
  }

  /** Drops everything and starts over at `offset`. */
  restartAt(offset: number): DiskError | null {
    this.#truncations++;
    const error = this.#delete(this.#segments.splice(0)) ?? this.#create(offset);
    this.#logEndOffset = offset;
    this.recoveryPoint.lowerTo(offset);
    this.#storage.truncated(this.directory, offset);
    return error;
  }

  /** Deletes segments that lie wholly below `offset`; never the active one. */
  deleteBelow(offset: number): DiskError | null {
    let below = 0;
    while (below + 1 < this.#segments.length && this.#segments[below + 1]!.baseOffset <= offset) below++;
    return below === 0 ? null : this.#delete(this.#segments.splice(0, below));
  }

  /** A segment whose files are not the log's yet. */
  newCleanedSegment(baseOffset: number): Segment {
    return new Segment(this.#storage, this.directory, baseOffset, CLEANED_SUFFIX);
  }

  /**
   * Puts cleaned segments in the place of those that they were made from, some in a row and none of them active
   * (`LocalLog.replaceSegments`). What the directory says at any moment tells a boot whether to finish or to forget:
   *
   *     .cleaned -> .swap, from the last to the first; old -> .deleted; .swap -> their own names
   *
   * `forget` removes what others have written about the old ones.
   */
  replaceSegments(
    cleaned: readonly Segment[],
    from: number,
    count: number,
    forget: () => DiskError | null,
  ): DiskError | null {
    assert(
      from >= 0 && count > 0 && from + count < this.#segments.length,
      'an active segment is not replaced',
    );
    for (let at = cleaned.length - 1; at >= 0; at--) {
      const error = cleaned[at]!.changeSuffix(CLEANED_SUFFIX, SWAP_SUFFIX);
      if (error !== null) return error;
    }
    const error = this.#delete(this.#segments.splice(from, count, ...cleaned)) ?? forget();
    if (error !== null) return error;
    for (const segment of cleaned) {
      const renamed = segment.changeSuffix(SWAP_SUFFIX, '');
      if (renamed !== null) return renamed;
    }
    return null;
  }

  /**
   * Writes a small file whole, to be seen at once and durable with the next flush. A power loss before may
   * leave it torn: its reader must be able to tell.
   */
  writeSmallFile(name: string, content: Uint8Array): DiskError | null {
    const { disk } = this.#storage;
    const path = `${this.directory}/${name}`;
    const error = disk.write(`${path}.tmp`, content) ?? disk.rename(`${path}.tmp`, path);
    this.recoveryPoint.touchFile(path);
    return this.#storage.check(error);
  }

  /** Starts making the log durable up to `offset`; 0 when it is. */
  flush(offset: number): Ticket {
    return this.recoveryPoint.advanceTo(offset, this.#segments, false);
  }

  /** Writes what a closed segment has, and flushes all. */
  close(): DiskError | null {
    const error = this.#storage.failure ?? this.#active.seal();
    if (error === null) this.recoveryPoint.advanceTo(this.#logEndOffset, this.#segments, true);
    return error;
  }

  get #active(): Segment {
    return this.#segments[this.#segments.length - 1]!;
  }

  #create(baseOffset: number): DiskError | null {
    const segment = new Segment(this.#storage, this.directory, baseOffset);
    segment.drawRollJitter(this.#config);
    this.#segments.push(segment);
    this.recoveryPoint.touchDirectory();
    return segment.create();
  }

  #delete(segments: readonly Segment[]): DiskError | null {
    if (segments.length > 0) this.recoveryPoint.touchDirectory();
    for (const segment of segments) {
      const error = segment.delete(this.#config['file.delete.delay.ms']);
      if (error !== null) return error;
    }
    return null;
  }
}

function readSegment(
  segment: Segment,
  from: number,
  maxBytes: number,
  endOffset: number,
  minOneBatch: boolean,
  out: Outbox | null,
): ReadResult | DiskError {
  const records: Uint8Array[] = [];
  let bytes = 0;
  for (let index = from; index < segment.batchCount; index++) {
    if (segment.lastOffsetAt(index) >= endOffset) break;
    const isFree = minOneBatch && records.length === 0;
    if (!isFree && bytes + segment.sizeAt(index) > maxBytes) break;
    const batch = segment.readBatch(index);
    if (batch instanceof DiskError) return batch;
    records.push(batch);
    bytes += batch.length;
  }
  if (out !== null) out.work.bytesRead += bytes;
  return records.length === 0 ? NOTHING_READ : { records, bytes };
}

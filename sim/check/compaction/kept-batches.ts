import {
  type BatchHeader,
  type Compression,
  type LogRecord,
  parseBatch,
  RecordsError,
  readRecords,
} from '../../../engine/records/index.ts';
import { type OriginalBatch, type OriginalLog, sameContent } from './original-log.ts';

/** Something that a cleaned log should not be, and where. */
export interface Flaw {
  readonly recordOffset: number;
  /** What is wrong there. */
  readonly what: string;
}

/** A replica's log as its disk has it, up to `bound`. */
export interface KeptBatches {
  /** Of records of data that are there. */
  readonly offsets: ReadonlySet<number>;
  readonly byBaseOffset: ReadonlyMap<number, BatchHeader>;
  /** Producers with batches above the bound. */
  readonly producersAbove: ReadonlySet<number>;
  readonly flaws: readonly Flaw[];
}

/** Reads a log, and compares each batch and record that is there with what was appended. */
export function readKept(
  original: OriginalLog,
  batches: readonly Uint8Array[],
  from: number,
  bound: number,
  compression: Compression,
): KeptBatches {
  const offsets = new Set<number>();
  const byBaseOffset = new Map<number, BatchHeader>();
  const producersAbove = new Set<number>();
  const flaws: Flaw[] = [];
  for (const batch of batches) {
    const header = parseBatch(batch);
    if (header instanceof RecordsError) {
      flaws.push({ recordOffset: -1, what: `a batch cannot be read: ${header.message}` });
      continue;
    }
    if (header.lastOffset < from) continue;
    if (header.lastOffset >= bound) {
      if (header.producerId >= 0) producersAbove.add(header.producerId);
      continue;
    }
    byBaseOffset.set(header.baseOffset, header);
    const known = original.byBaseOffset.get(header.baseOffset);
    const flaw =
      known === undefined ? 'a batch begins where none was appended' : differenceOf(header, known.header);
    if (flaw !== null || known === undefined) {
      flaws.push({ recordOffset: header.baseOffset, what: flaw! });
      continue;
    }
    if (header.isControl) continue;
    if (sameContent(batch, known.batch))
      for (let i = known.from; i < known.to; i++) offsets.add(original.records[i]!.offset);
    else compareRecords(batch, known, compression, offsets, flaws);
  }
  return { offsets, byBaseOffset, producersAbove, flaws };
}

/** Offsets, epochs and sequences stay; a batch that says nothing any more is nobody's. */
function differenceOf(header: BatchHeader, original: BatchHeader): string | null {
  if (header.lastOffset !== original.lastOffset) return `the batch ends at ${header.lastOffset}`;
  if (header.leaderEpoch !== original.leaderEpoch) return `the batch is of epoch ${header.leaderEpoch}`;
  if (header.producerId < 0 && header.count === 0) return null;
  const same =
    header.producerId === original.producerId &&
    header.producerEpoch === original.producerEpoch &&
    header.baseSequence === original.baseSequence &&
    header.isTransactional === original.isTransactional &&
    header.isControl === original.isControl;
  return same ? null : 'the batch has another producer, epoch or sequence';
}

function compareRecords(
  batch: Uint8Array,
  known: OriginalBatch,
  compression: Compression,
  offsets: Set<number>,
  flaws: Flaw[],
): void {
  const kept = readRecords(batch, compression);
  const appended = readRecords(known.batch, compression);
  if (kept instanceof RecordsError || appended instanceof RecordsError) {
    flaws.push({ recordOffset: known.header.baseOffset, what: 'the records cannot be read' });
    return;
  }
  const byOffset = new Map(appended.map((record) => [record.offset, record]));
  for (const record of kept) {
    const before = byOffset.get(record.offset);
    if (before !== undefined && sameRecord(record, before)) offsets.add(record.offset);
    else flaws.push({ recordOffset: record.offset, what: 'the record is not the one that was appended' });
  }
}

function sameRecord(a: LogRecord, b: LogRecord): boolean {
  return (
    a.timestamp === b.timestamp &&
    sameBytes(a.key, b.key) &&
    sameBytes(a.value, b.value) &&
    a.headers.length === b.headers.length &&
    a.headers.every(({ key, value }, i) => key === b.headers[i]!.key && sameBytes(value, b.headers[i]!.value))
  );
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

import {
  ATTRIBUTES,
  BASE_OFFSET,
  BASE_SEQUENCE,
  BASE_TIMESTAMP,
  BATCH_HEADER_BYTES,
  type BatchHeader,
  CODEC_MASK,
  CONTROL_FLAG,
  COUNT,
  CRC,
  DELETE_HORIZON_FLAG,
  LAST_OFFSET_DELTA,
  LEADER_EPOCH,
  LENGTH,
  LOG_OVERHEAD,
  MAGIC,
  MAGIC_V2,
  MAX_TIMESTAMP,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  PRODUCER_EPOCH,
  PRODUCER_ID,
  TRANSACTIONAL_FLAG,
} from './batch-header.ts';
import { writeInt16, writeInt32, writeInt64 } from './big-endian.ts';
import { Codec, type Compression } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { recordsSection } from './read-records.ts';
import { RecordCursor } from './record-cursor.ts';
import { RecordsError } from './records-error.ts';
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts';

/** What a filter leaves of a batch. */
export interface FilteredBatch {
  /** The batch itself when nothing is to be changed; null when no record is retained. */
  readonly batch: Uint8Array | null;
  readonly retained: number;
}

export interface FilterOptions {
  readonly retains: (record: RecordCursor) => boolean;
  /** From when on its tombstones may go, if the batch does not say so yet (KIP-534). */
  readonly deleteHorizonMs: number;
  /** The batch gets a delete horizon although it has no tombstone: the marker of a transaction without data. */
  readonly needsHorizon: boolean;
  readonly compression: Compression;
}

const NOTHING_RETAINED: FilteredBatch = { batch: null, retained: 0 };

/**
 * Leaves records out (`MemoryRecords.filterTo`). Base offset, last offset, sequence and leader epoch stay:
 * whoever reads on continues at the same place, and a producer's sequence goes on. With a delete horizon the
 * base timestamp is the horizon and the records' times count from it.
 */
export function filterBatch(
  batch: Uint8Array,
  header: BatchHeader,
  options: FilterOptions,
): FilteredBatch | RecordsError {
  const section = recordsSection(batch, header, options.compression);
  if (section instanceof RecordsError) return section;
  const kept = chooseRecords(section, header, options);
  if (kept instanceof RecordsError) return kept;
  if (kept.count === 0) return NOTHING_RETAINED;
  const getsHorizon = (kept.hasTombstones || options.needsHorizon) && !header.hasDeleteHorizon;
  if (kept.count === header.count && !getsHorizon) return { batch, retained: kept.count };
  const horizon = header.hasDeleteHorizon
    ? header.baseTimestamp
    : getsHorizon
      ? options.deleteHorizonMs
      : NO_TIMESTAMP;
  const baseTimestamp = horizon >= 0 ? horizon : kept.firstTimestamp;
  const plain = copyRecords(section, header, kept, baseTimestamp);
  const folded = header.codec === Codec.none ? plain : options.compression.compress(header.codec, plain);
  if (folded instanceof RecordsError) return folded;
  const filtered = new Uint8Array(BATCH_HEADER_BYTES + folded.length);
  filtered.set(folded, BATCH_HEADER_BYTES);
  const attributes = horizon >= 0 ? header.attributes | DELETE_HORIZON_FLAG : header.attributes;
  const maxTimestamp = header.isLogAppendTime ? header.maxTimestamp : kept.maxTimestamp;
  writeHeader(filtered, header, { attributes, baseTimestamp, maxTimestamp, count: kept.count });
  return { batch: filtered, retained: kept.count };
}

/** The batch without its records: what is left to say where its producer stands (KAFKA-5490). */
export function emptyBatch(header: BatchHeader): Uint8Array {
  const batch = new Uint8Array(BATCH_HEADER_BYTES);
  const attributes = header.attributes & ~(CODEC_MASK | DELETE_HORIZON_FLAG);
  const { maxTimestamp } = header;
  writeHeader(batch, header, { attributes, baseTimestamp: NO_TIMESTAMP, maxTimestamp, count: 0 });
  return batch;
}

/** A batch that says nothing but where its offsets end. */
export function placeholderBatch(header: BatchHeader): Uint8Array {
  return emptyBatch({
    ...header,
    attributes: header.attributes & ~(TRANSACTIONAL_FLAG | CONTROL_FLAG),
    producerId: NO_PRODUCER_ID,
    producerEpoch: NO_PRODUCER_EPOCH,
    baseSequence: NO_SEQUENCE,
  });
}

/** Where the records that stay lie: start, rest and end of each. */
interface Chosen {
  readonly spans: readonly number[];
  readonly timestamps: readonly number[];
  readonly count: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly hasTombstones: boolean;
}

function chooseRecords(
  section: Uint8Array,
  header: BatchHeader,
  options: FilterOptions,
): Chosen | RecordsError {
  const cursor = new RecordCursor(section, header);
  const spans: number[] = [];
  const timestamps: number[] = [];
  let maxTimestamp = NO_TIMESTAMP;
  let hasTombstones = false;
  while (cursor.next()) {
    if (!options.retains(cursor)) continue;
    spans.push(cursor.start, cursor.restFrom, cursor.end);
    timestamps.push(cursor.timestamp);
    if (cursor.timestamp > maxTimestamp) maxTimestamp = cursor.timestamp;
    if (!cursor.hasValue) hasTombstones = true;
  }
  if (cursor.failed) return new RecordsError('invalid', `${header.count} records that do not add up`);
  const firstTimestamp = timestamps[0] ?? NO_TIMESTAMP;
  return { spans, timestamps, count: timestamps.length, firstTimestamp, maxTimestamp, hasTombstones };
}

/** The records as they are, but for their times when the base that these count from has moved. */
function copyRecords(
  section: Uint8Array,
  header: BatchHeader,
  { spans, timestamps }: Chosen,
  baseTimestamp: number,
): Uint8Array {
  const moves = baseTimestamp !== header.baseTimestamp;
  let size = 0;
  for (let index = 0; index < timestamps.length; index++) {
    const rest = spans[index * 3 + 2]! - spans[index * 3 + 1]!;
    const body = 1 + sizeOfVarlong(timestamps[index]! - baseTimestamp) + rest;
    size += moves ? sizeOfVarint(body) + body : spans[index * 3 + 2]! - spans[index * 3]!;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let index = 0; index < timestamps.length; index++) {
    const start = spans[index * 3]!;
    const restFrom = spans[index * 3 + 1]!;
    const end = spans[index * 3 + 2]!;
    if (!moves) {
      bytes.set(section.subarray(start, end), at);
      at += end - start;
      continue;
    }
    const delta = timestamps[index]! - baseTimestamp;
    at = writeVarint(bytes, at, 1 + sizeOfVarlong(delta) + end - restFrom);
    bytes[at++] = 0;
    at = writeVarlong(bytes, at, delta);
    bytes.set(section.subarray(restFrom, end), at);
    at += end - restFrom;
  }
  return bytes;
}

interface Rewritten {
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
}

function writeHeader(batch: Uint8Array, header: BatchHeader, rewritten: Rewritten): void {
  writeInt64(batch, BASE_OFFSET, header.baseOffset);
  writeInt32(batch, LENGTH, batch.length - LOG_OVERHEAD);
  writeInt32(batch, LEADER_EPOCH, header.leaderEpoch);
  batch[MAGIC] = MAGIC_V2;
  writeInt16(batch, ATTRIBUTES, rewritten.attributes);
  writeInt32(batch, LAST_OFFSET_DELTA, header.lastOffset - header.baseOffset);
  writeInt64(batch, BASE_TIMESTAMP, rewritten.baseTimestamp);
  writeInt64(batch, MAX_TIMESTAMP, rewritten.maxTimestamp);
  writeInt64(batch, PRODUCER_ID, header.producerId);
  writeInt16(batch, PRODUCER_EPOCH, header.producerEpoch);
  writeInt32(batch, BASE_SEQUENCE, header.baseSequence);
  writeInt32(batch, COUNT, rewritten.count);
  writeInt32(batch, CRC, crc32c(batch, ATTRIBUTES, batch.length));
}

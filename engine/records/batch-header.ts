import { readInt16, readInt32, readInt64 } from './big-endian.ts';
import { RecordsError } from './records-error.ts';

/*
 *   0            8        12             16    17    21
 *   baseOffset   length   leaderEpoch    magic crc   attributes ...
 *   ------------------ stamped by the leader --|     |-- summed by the CRC, to the end
 */
export const BASE_OFFSET = 0;
export const LENGTH = 8;
export const LEADER_EPOCH = 12;
export const MAGIC = 16;
export const CRC = 17;
export const ATTRIBUTES = 21;
export const LAST_OFFSET_DELTA = 23;
export const BASE_TIMESTAMP = 27;
export const MAX_TIMESTAMP = 35;
export const PRODUCER_ID = 43;
export const PRODUCER_EPOCH = 51;
export const BASE_SEQUENCE = 53;
export const COUNT = 57;
/** Kafka's RECORD_BATCH_OVERHEAD. */
export const BATCH_HEADER_BYTES = 61;
/** Kafka's LOG_OVERHEAD: what the length field does not count. */
export const LOG_OVERHEAD = 12;
export const MAGIC_V2 = 2;

export const NO_TIMESTAMP = -1;
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_LEADER_EPOCH = -1;

export const CODEC_MASK = 0x07;
export const LOG_APPEND_TIME_FLAG = 0x08;
export const TRANSACTIONAL_FLAG = 0x10;
export const CONTROL_FLAG = 0x20;
export const DELETE_HORIZON_FLAG = 0x40;

/** The header of one batch, as read. */
export interface BatchHeader {
  readonly baseOffset: number;
  /** The whole batch in bytes, the twelve of offset and length included. */
  readonly length: number;
  readonly leaderEpoch: number;
  readonly magic: number;
  readonly crc: number;
  readonly attributes: number;
  /** Inclusive: baseOffset plus the last offset delta. */
  readonly lastOffset: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly count: number;
  readonly codec: number;
  readonly isControl: boolean;
  readonly isTransactional: boolean;
  readonly isLogAppendTime: boolean;
  readonly hasDeleteHorizon: boolean;
}

/**
 * Reads the header of the batch at `at`, whose bytes may go on after the batch (or end inside it: then
 * `truncated`). Checks the shape, not the CRC: see `verifyBatch`. `end` is where the file ends when `bytes`
 * is only its beginning.
 */
export function parseBatch(bytes: Uint8Array, at = 0, end = bytes.length): BatchHeader | RecordsError {
  const length = batchLengthAt(bytes, at, end);
  if (typeof length !== 'number') return length;
  const header = headerAt(bytes, at, length);
  const bad = rejectHeader(header);
  return bad ?? header;
}

/** The length of the batch at `at`, all of whose bytes lie before `end`; or why there is no such batch. */
export function batchLengthAt(bytes: Uint8Array, at: number, end: number): number | RecordsError {
  if (end - at < LOG_OVERHEAD) return new RecordsError('truncated', 'the bytes end inside a batch header');
  const length = readInt32(bytes, at + LENGTH) + LOG_OVERHEAD;
  if (length < BATCH_HEADER_BYTES) return new RecordsError('corrupt', `a batch of ${length} bytes`);
  if (length > end - at) return new RecordsError('truncated', `a batch of ${length} bytes in ${end - at}`);
  const magic = bytes[at + MAGIC]!;
  if (magic === MAGIC_V2) return length;
  return new RecordsError(magic < MAGIC_V2 ? 'unsupported' : 'corrupt', `magic ${magic}`);
}

function headerAt(bytes: Uint8Array, at: number, length: number): BatchHeader {
  const attributes = readInt16(bytes, at + ATTRIBUTES);
  const baseOffset = readInt64(bytes, at + BASE_OFFSET);
  return {
    baseOffset,
    length,
    leaderEpoch: readInt32(bytes, at + LEADER_EPOCH),
    magic: bytes[at + MAGIC]!,
    crc: readInt32(bytes, at + CRC) >>> 0,
    attributes,
    lastOffset: baseOffset + readInt32(bytes, at + LAST_OFFSET_DELTA),
    baseTimestamp: readInt64(bytes, at + BASE_TIMESTAMP),
    maxTimestamp: readInt64(bytes, at + MAX_TIMESTAMP),
    producerId: readInt64(bytes, at + PRODUCER_ID),
    producerEpoch: readInt16(bytes, at + PRODUCER_EPOCH),
    baseSequence: readInt32(bytes, at + BASE_SEQUENCE),
    count: readInt32(bytes, at + COUNT),
    codec: attributes & CODEC_MASK,
    isControl: (attributes & CONTROL_FLAG) !== 0,
    isTransactional: (attributes & TRANSACTIONAL_FLAG) !== 0,
    isLogAppendTime: (attributes & LOG_APPEND_TIME_FLAG) !== 0,
    hasDeleteHorizon: (attributes & DELETE_HORIZON_FLAG) !== 0,
  };
}

/**
 * No log can hold these: an offset below zero or beyond what a number counts, a time that no number counts.
 */
function rejectHeader(header: BatchHeader): RecordsError | null {
  if (!Number.isSafeInteger(header.baseOffset) || header.baseOffset < 0) {
    return new RecordsError('corrupt', `base offset ${header.baseOffset}`);
  }
  if (header.lastOffset < header.baseOffset || !Number.isSafeInteger(header.lastOffset)) {
    return new RecordsError('corrupt', `offsets [${header.baseOffset}, ${header.lastOffset}]`);
  }
  if (!Number.isSafeInteger(header.baseTimestamp) || !Number.isSafeInteger(header.maxTimestamp)) {
    return new RecordsError('corrupt', 'a timestamp beyond what a number counts');
  }
  if (!Number.isSafeInteger(header.producerId))
    return new RecordsError('corrupt', 'a producer id out of range');
  if (header.count < 0) return new RecordsError('corrupt', `${header.count} records`);
  return null;
}

// One field of a batch that has passed `verifyBatch`, without reading the others.

export function baseOffsetOf(batch: Uint8Array): number {
  return readInt64(batch, BASE_OFFSET);
}

/** Inclusive. */
export function lastOffsetOf(batch: Uint8Array): number {
  return readInt64(batch, BASE_OFFSET) + readInt32(batch, LAST_OFFSET_DELTA);
}

export function leaderEpochOf(batch: Uint8Array): number {
  return readInt32(batch, LEADER_EPOCH);
}

export function maxTimestampOf(batch: Uint8Array): number {
  return readInt64(batch, MAX_TIMESTAMP);
}

export function countOf(batch: Uint8Array): number {
  return readInt32(batch, COUNT);
}

export function isControlBatch(batch: Uint8Array): boolean {
  return (batch[ATTRIBUTES + 1]! & CONTROL_FLAG) !== 0;
}

export function describeBatch(batch: Uint8Array): string {
  const header = parseBatch(batch);
  if (header instanceof RecordsError) return `batch? ${header.message}`;
  const kind = header.isControl ? ' control' : '';
  return `batch @${header.baseOffset}..${header.lastOffset} e${header.leaderEpoch} ${header.length}B${kind}`;
}

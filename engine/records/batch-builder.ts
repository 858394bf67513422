import { assert } from '../machine/index.ts';
import { utf8Encode } from '../wire/index.ts';
import {
  ATTRIBUTES,
  BASE_OFFSET,
  BASE_SEQUENCE,
  BASE_TIMESTAMP,
  BATCH_HEADER_BYTES,
  CONTROL_FLAG,
  COUNT,
  CRC,
  LAST_OFFSET_DELTA,
  LEADER_EPOCH,
  LENGTH,
  LOG_APPEND_TIME_FLAG,
  LOG_OVERHEAD,
  MAGIC,
  MAGIC_V2,
  MAX_TIMESTAMP,
  NO_LEADER_EPOCH,
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
import { RecordsError } from './records-error.ts';
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts';

/** A record to be written. Headers' keys are text. */
export interface NewRecord {
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

/** What a header says beyond its records. Left out: what a producer without idempotence sends. */
export interface BatchOptions {
  readonly baseOffset?: number;
  readonly leaderEpoch?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  /** Given: every record has this time (LogAppendTime). */
  readonly logAppendTime?: number;
  readonly codec?: number;
  readonly compression?: Compression;
}

const FIRST_CAPACITY = 256;
const NO_HEADERS: NonNullable<NewRecord['headers']> = [];

/**
 * Collects records and closes into one batch. The producer id, epoch and sequence may be known only when the
 * batch is drained (`Sender` sets them then), so they are given to `close`.
 */
export class BatchBuilder {
  #bytes: Uint8Array;
  #size = BATCH_HEADER_BYTES;
  #count = 0;
  #baseTimestamp = NO_TIMESTAMP;
  #maxTimestamp = NO_TIMESTAMP;

  constructor(capacity = FIRST_CAPACITY) {
    this.#bytes = new Uint8Array(Math.max(capacity, BATCH_HEADER_BYTES));
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of the batch as it stands, header included, before any codec. */
  get estimatedSize(): number {
    return this.#size;
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp;
  }

  /** Bytes that a record would add. */
  sizeOfNext(record: NewRecord): number {
    const body = this.#bodySize(record);
    return sizeOfVarint(body) + body;
  }

  append(record: NewRecord): void {
    assert(record.timestamp >= NO_TIMESTAMP, () => `a record of time ${record.timestamp}`);
    if (this.#count === 0) this.#baseTimestamp = record.timestamp;
    if (record.timestamp > this.#maxTimestamp) this.#maxTimestamp = record.timestamp;
    const body = this.#bodySize(record);
    this.#reserve(sizeOfVarint(body) + body);
    const bytes = this.#bytes;
    let at = writeVarint(bytes, this.#size, body);
    bytes[at++] = 0;
    at = writeVarlong(bytes, at, record.timestamp - this.#baseTimestamp);
    at = writeVarint(bytes, at, this.#count);
    at = writeNullable(bytes, at, record.key);
    at = writeNullable(bytes, at, record.value);
    const headers = record.headers ?? NO_HEADERS;
    at = writeVarint(bytes, at, headers.length);
    for (const header of headers) {
      at = writeNullable(bytes, at, utf8Encode(header.key));
      at = writeNullable(bytes, at, header.value);
    }
    this.#size = at;
    this.#count++;
  }

  /** The batch. Compresses with the codec asked for, and answers what the codec answers when it cannot. */
  close(options: BatchOptions = {}): Uint8Array | RecordsError {
    const codec = options.codec ?? Codec.none;
    if (codec === Codec.none) {
      const batch = this.#bytes.slice(0, this.#size);
      this.#writeHeader(batch, options, codec);
      return batch;
    }
    assert(options.compression !== undefined, 'a codec needs its port');
    const section = this.#bytes.subarray(BATCH_HEADER_BYTES, this.#size);
    const folded = options.compression.compress(codec, section);
    if (folded instanceof RecordsError) return folded;
    const batch = new Uint8Array(BATCH_HEADER_BYTES + folded.length);
    batch.set(folded, BATCH_HEADER_BYTES);
    this.#writeHeader(batch, options, codec);
    return batch;
  }

  #writeHeader(batch: Uint8Array, options: BatchOptions, codec: number): void {
    const appendTime = options.logAppendTime;
    let attributes = codec;
    if (appendTime !== undefined) attributes |= LOG_APPEND_TIME_FLAG;
    if (options.isTransactional) attributes |= TRANSACTIONAL_FLAG;
    if (options.isControl) attributes |= CONTROL_FLAG;
    writeInt64(batch, BASE_OFFSET, options.baseOffset ?? 0);
    writeInt32(batch, LENGTH, batch.length - LOG_OVERHEAD);
    writeInt32(batch, LEADER_EPOCH, options.leaderEpoch ?? NO_LEADER_EPOCH);
    batch[MAGIC] = MAGIC_V2;
    writeInt16(batch, ATTRIBUTES, attributes);
    // Kafka: an empty batch keeps the offset of its last record; a built one counts from zero.
    writeInt32(batch, LAST_OFFSET_DELTA, Math.max(this.#count - 1, 0));
    writeInt64(batch, BASE_TIMESTAMP, this.#baseTimestamp);
    writeInt64(batch, MAX_TIMESTAMP, appendTime ?? this.#maxTimestamp);
    writeInt64(batch, PRODUCER_ID, options.producerId ?? NO_PRODUCER_ID);
    writeInt16(batch, PRODUCER_EPOCH, options.producerEpoch ?? NO_PRODUCER_EPOCH);
    writeInt32(batch, BASE_SEQUENCE, options.baseSequence ?? NO_SEQUENCE);
    writeInt32(batch, COUNT, this.#count);
    writeInt32(batch, CRC, crc32c(batch, ATTRIBUTES, batch.length));
  }

  #bodySize(record: NewRecord): number {
    const base = this.#count === 0 ? record.timestamp : this.#baseTimestamp;
    const headers = record.headers ?? NO_HEADERS;
    let size = 1 + sizeOfVarlong(record.timestamp - base) + sizeOfVarint(this.#count);
    size += sizeOfNullable(record.key) + sizeOfNullable(record.value) + sizeOfVarint(headers.length);
    for (const header of headers)
      size += sizeOfNullable(utf8Encode(header.key)) + sizeOfNullable(header.value);
    return size;
  }

  #reserve(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

/**
 * One batch from a list of records. A codec that cannot is a mistake of the caller's: see
 * `BatchBuilder.close`.
 */
export function buildBatch(options: BatchOptions, records: readonly NewRecord[]): Uint8Array {
  const builder = new BatchBuilder();
  for (const record of records) builder.append(record);
  const batch = builder.close(options);
  assert(batch instanceof Uint8Array, () => `cannot build a batch: ${(batch as RecordsError).message}`);
  return batch;
}

function sizeOfNullable(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

function writeNullable(bytes: Uint8Array, at: number, value: Uint8Array | null): number {
  if (value === null) return writeVarint(bytes, at, -1);
  at = writeVarint(bytes, at, value.length);
  bytes.set(value, at);
  return at + value.length;
}

import { utf8Decode } from '../wire/index.ts';
import { BATCH_HEADER_BYTES, type BatchHeader, parseBatch } from './batch-header.ts';
import { Codec, type Compression, MAX_DECOMPRESSED_BYTES } from './compression.ts';
import { RecordsError } from './records-error.ts';
import { VarintReader } from './varint.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** One record as a reader sees it. Keys and values are views of the batch (or of what it unfolded into). */
export interface LogRecord {
  readonly offset: number;
  /** The batch's own time under LogAppendTime. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

const NO_HEADERS: readonly RecordHeader[] = [];

/** Every record of one batch, in order. Does not verify the CRC. */
export function readRecords(
  batch: Uint8Array,
  compression: Compression,
): readonly LogRecord[] | RecordsError {
  const header = parseBatch(batch);
  if (header instanceof RecordsError) return header;
  const section = recordsSection(batch, header, compression);
  if (section instanceof RecordsError) return section;
  const reader = new VarintReader(section, 0, section.length);
  const records: LogRecord[] = [];
  for (let index = 0; index < header.count; index++) {
    // A record takes seven bytes or more, so a hostile count ends here and not in memory.
    const record = readRecord(reader, header);
    if (record === null)
      return new RecordsError('invalid', `record ${index} of ${header.count} is malformed`);
    records.push(record);
  }
  if (reader.at !== reader.end)
    return new RecordsError('invalid', `bytes after the last of ${header.count} records`);
  return records;
}

/** The records of a batch, unfolded. */
export function recordsSection(
  batch: Uint8Array,
  header: BatchHeader,
  compression: Compression,
): Uint8Array | RecordsError {
  const section = batch.subarray(BATCH_HEADER_BYTES, header.length);
  if (header.codec === Codec.none || header.count === 0) return section;
  return compression.decompress(header.codec, section, MAX_DECOMPRESSED_BYTES);
}

function readRecord(reader: VarintReader, batch: BatchHeader): LogRecord | null {
  const length = reader.varint();
  const end = reader.at + length;
  if (reader.failed || length < 0 || end > reader.end) return null;
  reader.int8(); // attributes: none is defined
  const timestampDelta = reader.varlong();
  const offsetDelta = reader.varint();
  const key = readBytes(reader);
  const value = readBytes(reader);
  const headers = readHeaders(reader, end);
  if (reader.failed || reader.at !== end) return null;
  return {
    offset: batch.baseOffset + offsetDelta,
    timestamp: batch.isLogAppendTime ? batch.maxTimestamp : batch.baseTimestamp + timestampDelta,
    key,
    value,
    headers,
  };
}

/** Null for a negative length (Kafka writes -1, reads any). */
function readBytes(reader: VarintReader): Uint8Array | null {
  const length = reader.varint();
  return length < 0 ? null : reader.view(length);
}

function readHeaders(reader: VarintReader, end: number): readonly RecordHeader[] {
  const count = reader.varint();
  if (count === 0) return NO_HEADERS;
  if (count < 0 || count > end - reader.at) {
    reader.failed = true;
    return NO_HEADERS;
  }
  const headers: RecordHeader[] = [];
  for (let index = 0; index < count; index++) {
    const key = reader.view(reader.varint());
    const value = readBytes(reader);
    if (key === null || reader.failed) {
      reader.failed = true;
      return NO_HEADERS;
    }
    headers.push({ key: utf8Decode(key), value });
  }
  return headers;
}

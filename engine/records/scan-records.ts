import type { BatchHeader } from './batch-header.ts';
import { NO_TIMESTAMP } from './batch-header.ts';
import { RecordsError } from './records-error.ts';
import { VarintReader } from './varint.ts';

/** What a leader learns from a walk over the records of a batch, without making any. */
export interface RecordScan {
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly hasNullKey: boolean;
}

/**
 * Walks an unfolded records section (`LogValidator.assignOffsetsNonCompressed` iterates for the same
 * reasons): every length is honest, the count is true, and the maximum timestamp is what the records say, not
 * what the header claims.
 */
export function scanRecords(section: Uint8Array, header: BatchHeader): RecordScan | RecordsError {
  const reader = new VarintReader(section, 0, section.length);
  let minTimestamp = Number.MAX_SAFE_INTEGER;
  let maxTimestamp = NO_TIMESTAMP;
  let hasNullKey = false;
  for (let index = 0; index < header.count; index++) {
    const length = reader.varint();
    const end = reader.at + length;
    if (reader.failed || length < 0 || end > reader.end) return malformed(index, header);
    reader.int8();
    const timestamp = header.baseTimestamp + reader.varlong();
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    if (timestamp < minTimestamp && timestamp !== NO_TIMESTAMP) minTimestamp = timestamp;
    reader.varint();
    const keyLength = reader.varint();
    if (keyLength < 0) hasNullKey = true;
    else reader.skip(keyLength);
    skipValueAndHeaders(reader, end);
    if (reader.failed || reader.at !== end) return malformed(index, header);
  }
  if (reader.at !== reader.end) return malformed(header.count, header);
  return { minTimestamp, maxTimestamp, hasNullKey };
}

function skipValueAndHeaders(reader: VarintReader, end: number): void {
  const valueLength = reader.varint();
  if (valueLength > 0) reader.skip(valueLength);
  const headers = reader.varint();
  if (headers < 0 || headers > end - reader.at) reader.failed = true;
  for (let left = headers; left > 0 && !reader.failed; left--) {
    reader.skip(reader.varint());
    const headerValueLength = reader.varint();
    if (headerValueLength > 0) reader.skip(headerValueLength);
  }
}

function malformed(index: number, header: BatchHeader): RecordsError {
  return new RecordsError('invalid', `record ${index} of ${header.count} is malformed`);
}

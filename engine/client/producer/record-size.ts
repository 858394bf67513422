import { BATCH_HEADER_BYTES } from '../../records/index.ts';
import type { OutgoingRecord } from '../ports.ts';

/** `DefaultRecord.MAX_RECORD_OVERHEAD`: length, attributes and deltas at their longest. */
const MAX_RECORD_OVERHEAD = 21;
/** A length as a varint, at its longest. */
const MAX_LENGTH_BYTES = 5;

/**
 * At least as many bytes as a batch with this record alone takes
 * (`AbstractRecords.estimateSizeInBytesUpperBound`).
 */
export function batchSizeUpperBound(record: OutgoingRecord): number {
  let size = BATCH_HEADER_BYTES + MAX_RECORD_OVERHEAD + 3 * MAX_LENGTH_BYTES;
  if (record.key !== null) size += record.key.length;
  if (record.value !== null) size += record.value.length;
  for (const { key, value } of record.headers) {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    size += 2 * MAX_LENGTH_BYTES + key.length * 3 + (value === null ? 0 : value.length);
  }
  return size;
}

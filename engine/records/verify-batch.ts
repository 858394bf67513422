import { ATTRIBUTES, type BatchHeader, CRC, parseBatch } from './batch-header.ts';
import { readInt32 } from './big-endian.ts';
import { crc32c } from './crc32c.ts';
import { RecordsError } from './records-error.ts';

/** Length, magic, ranges and CRC of the batch at `at`; null when it is what was written. */
export function verifyBatch(bytes: Uint8Array, at = 0): RecordsError | null {
  const header = parseBatch(bytes, at);
  return header instanceof RecordsError ? header : verifyChecksum(bytes, at, header);
}

/** The CRC alone, of a batch whose header has been read. */
export function verifyChecksum(bytes: Uint8Array, at: number, header: BatchHeader): RecordsError | null {
  const computed = crc32c(bytes, at + ATTRIBUTES, at + header.length);
  if (computed === readInt32(bytes, at + CRC) >>> 0) return null;
  return new RecordsError('corrupt', `stored crc ${header.crc}, computed ${computed}`);
}

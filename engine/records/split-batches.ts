import type { Records } from '../wire/index.ts';
import { batchLengthAt } from './batch-header.ts';
import type { RecordsError } from './records-error.ts';

/**
 * One view per batch, however the batches lie in chunks. Lengths and magic are checked, checksums are not.
 * A chunk that is one whole batch is answered itself, so that the log keeps the sender's bytes by reference.
 */
export function splitBatches(records: Records): readonly Uint8Array[] | RecordsError {
  const batches: Uint8Array[] = [];
  for (const chunk of records) {
    let at = 0;
    while (at < chunk.length) {
      const length = batchLengthAt(chunk, at, chunk.length);
      if (typeof length !== 'number') return length;
      batches.push(length === chunk.length ? chunk : chunk.subarray(at, at + length));
      at += length;
    }
  }
  return batches;
}

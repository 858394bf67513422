import { buildBatch, noCompression, RecordsError, readRecords } from '../../../engine/records/index.ts';
import { type Records, utf8Decode, utf8Encode } from '../../../engine/wire/index.ts';

/** One batch of text records. */
export function textBatch(
  baseOffset: number,
  leaderEpoch: number,
  values: readonly string[],
  timestamp: number,
): Uint8Array {
  return buildBatch(
    { baseOffset, leaderEpoch },
    values.map((value) => ({ timestamp, key: null, value: utf8Encode(value) })),
  );
}

/** The texts of some batches. */
export function textOf(batches: Records): readonly string[] {
  return batches.flatMap((batch) => {
    const records = readRecords(batch, noCompression);
    if (records instanceof RecordsError) throw new Error(records.message);
    return records.map((record) => utf8Decode(record.value!));
  });
}

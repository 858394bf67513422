import { buildBatch, noCompression, RecordsError, readRecords, verifyBatch } from '../records/index.ts';
import type { MetadataRecord } from './record.ts';
import { decodeRecord, encodeRecord, MetadataError } from './record-codec.ts';

/** A record with the offset it has in the metadata log. */
export interface OffsetRecord {
  readonly offset: number;
  readonly record: MetadataRecord;
}

/** Records as one v2 batch, ready for the log: the keys are null, the values framed (`RecordsBatchWriter`). */
export function encodeRecords(
  records: readonly MetadataRecord[],
  baseOffset: number,
  leaderEpoch: number,
  timestampMs: number,
): Uint8Array {
  return buildBatch(
    { baseOffset, leaderEpoch },
    records.map((record) => ({ timestamp: timestampMs, key: null, value: encodeRecord(record) })),
  );
}

/**
 * The records of one batch of the metadata log that is not a control batch. Its CRC is verified here again, as Kafka's
 * `RecordsIterator` does: a disk that misreads once must end this process, not its idea of the cluster.
 */
export function decodeRecords(batch: Uint8Array): readonly OffsetRecord[] | MetadataError {
  const damage = verifyBatch(batch);
  if (damage !== null) return new MetadataError(damage.message);
  const entries = readRecords(batch, noCompression);
  if (entries instanceof RecordsError) return new MetadataError(entries.message);
  const records: OffsetRecord[] = [];
  for (const entry of entries) {
    if (entry.value === null) return new MetadataError('a metadata record without a value');
    const record = decodeRecord(entry.value);
    if (record instanceof MetadataError) return record;
    records.push({ offset: entry.offset, record });
  }
  return records;
}

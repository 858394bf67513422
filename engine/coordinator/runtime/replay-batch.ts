import {
  type BatchHeader,
  type Compression,
  ControlType,
  decodeControlRecord,
  parseBatch,
  RecordsError,
  readRecords,
} from '../../records/index.ts';
import type { CoordinatorShard, RecordCodec } from './contract.ts';

/**
 * Applies one batch of the log to a shard that is loaded (`CoordinatorLoaderImpl.processMemoryRecords`): end markers
 * finish transactions, record types that this version does not know are passed over (KIP-915). Answers the header, or in
 * words why the batch cannot be applied.
 */
export function replayBatch<R>(
  shard: CoordinatorShard<R>,
  codec: RecordCodec<R>,
  batch: Uint8Array,
  compression: Compression,
): BatchHeader | string {
  const header = parseBatch(batch);
  if (header instanceof RecordsError) return header.message;
  const records = readRecords(batch, compression);
  if (records instanceof RecordsError) return records.message;
  const { producerEpoch, producerId } = header;
  for (const record of records) {
    if (header.isControl) {
      const control = decodeControlRecord(record);
      if (control instanceof RecordsError) return control.message;
      if (control?.type === ControlType.COMMIT)
        shard.replayEndTransactionMarker(producerId, producerEpoch, true);
      if (control?.type === ControlType.ABORT)
        shard.replayEndTransactionMarker(producerId, producerEpoch, false);
      continue;
    }
    if (record.key === null) return `a record without a key at offset ${record.offset}`;
    const decoded = codec.decode(record.key, record.value);
    if (typeof decoded === 'string') return `${decoded} at offset ${record.offset}`;
    if (decoded !== null) shard.replay(record.offset, producerId, producerEpoch, decoded);
  }
  return header;
}

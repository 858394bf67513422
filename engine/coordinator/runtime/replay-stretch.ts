import type { Outbox } from '../../machine/index.ts';
import {
  type BatchHeader,
  type Compression,
  ControlType,
  decodeControlRecord,
  isRecordsError,
  parseBatch,
  readRecords,
  splitBatches,
} from '../../records/index.ts';
import type { Records } from '../../wire/index.ts';
import type { CoordinatorShard, RecordCodec } from './contract.ts';

/** How batches are read. */
export interface ReplayOptions<R> {
  readonly codec: RecordCodec<R>;
  readonly compression: Compression;
}

/** Batches of the log, from an offset on. */
export interface Stretch {
  readonly chunks: Records;
  readonly fromOffset: number;
  readonly highWatermark: number;
}

/**
 * Applies a stretch of the log to a shard that is loaded (`CoordinatorLoaderImpl.processMemoryRecords`). Answers the
 * offset behind it, or in words why it cannot be applied.
 *
 * What the high watermark has not reached stands behind snapshots, which `snapshot` takes: reads will ask for the state
 * up to there.
 */
export function replayStretch<S extends CoordinatorShard<R>, R>(
  shard: S,
  options: ReplayOptions<R>,
  stretch: Stretch,
  snapshot: (offset: number) => void,
  out: Outbox,
): number | string {
  const batches = splitBatches(stretch.chunks);
  if (isRecordsError(batches)) return batches.message;
  let nextOffset = stretch.fromOffset;
  for (const batch of batches) {
    const header = parseBatch(batch);
    if (isRecordsError(header)) return header.message;
    if (header.lastOffset >= stretch.highWatermark) snapshot(nextOffset);
    const failure = replayBatch(shard, options, batch, header);
    if (failure !== null) return failure;
    out.work.records += header.count;
    nextOffset = header.lastOffset + 1;
  }
  return nextOffset;
}

/** End markers finish transactions; record types that this version does not know are passed over (KIP-915). */
function replayBatch<S extends CoordinatorShard<R>, R>(
  shard: S,
  { codec, compression }: ReplayOptions<R>,
  batch: Uint8Array,
  header: BatchHeader,
): string | null {
  const records = readRecords(batch, compression);
  if (isRecordsError(records)) return records.message;
  const { producerEpoch, producerId } = header;
  for (const record of records) {
    if (header.isControl) {
      const control = decodeControlRecord(record);
      if (isRecordsError(control)) return control.message;
      const isCommit = control?.type === ControlType.COMMIT;
      if (isCommit || control?.type === ControlType.ABORT) {
        shard.replayEndTransactionMarker(producerId, producerEpoch, isCommit);
      }
      continue;
    }
    if (record.key === null) return `a record without a key at offset ${record.offset}`;
    const decoded = codec.decode(record.key, record.value);
    if (typeof decoded === 'string') return `${decoded} at offset ${record.offset}`;
    if (decoded !== null) shard.replay(record.offset, producerId, producerEpoch, decoded);
  }
  return null;
}

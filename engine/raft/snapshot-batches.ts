import {
  buildControlBatch,
  type ControlRecord,
  ControlType,
  countOf,
  isControlBatch,
  RecordsError,
  readControlRecords,
  splitBatches,
  verifyBatch,
  withLeader,
} from '../records/index.ts';
import type { Records } from '../wire/index.ts';

const HEADER_VERSION = 0;
const FOOTER_VERSION = 0;

/**
 * The batches of a snapshot file (`RecordsSnapshotWriter`): a header, the state, a footer. Offsets count from zero
 * within the file; every batch bears the snapshot's epoch. In a dynamic quorum the header's batch also tells
 * kraft.version and the voters.
 */
export function snapshotBatches(
  epoch: number,
  lastContainedLogTimestamp: number,
  nowMs: number,
  state: readonly Uint8Array[],
  quorum: readonly ControlRecord[],
): readonly Uint8Array[] {
  const header = buildControlBatch({ baseOffset: 0, leaderEpoch: epoch }, nowMs, [
    { type: ControlType.SNAPSHOT_HEADER, message: { version: HEADER_VERSION, lastContainedLogTimestamp } },
    ...quorum,
  ]);
  const batches = [header];
  let nextOffset = 1 + quorum.length;
  for (const batch of state) {
    batches.push(withLeader(batch, nextOffset, epoch));
    nextOffset += countOf(batch);
  }
  batches.push(
    buildControlBatch({ baseOffset: nextOffset, leaderEpoch: epoch }, nowMs, [
      { type: ControlType.SNAPSHOT_FOOTER, message: { version: FOOTER_VERSION } },
    ]),
  );
  return batches;
}

/** The state within a snapshot's bytes, without header and footer. */
export function snapshotState(bytes: Uint8Array): Records | RecordsError {
  const batches = splitBatches([bytes]);
  if (batches instanceof RecordsError) return batches;
  for (const batch of batches) {
    const error = verifyBatch(batch);
    if (error !== null) return error;
  }
  return batches.filter((batch) => !isControlBatch(batch));
}

/** The control records of a snapshot's bytes, in their order. */
export function snapshotControlRecords(bytes: Uint8Array): readonly ControlRecord[] | RecordsError {
  const batches = splitBatches([bytes]);
  if (batches instanceof RecordsError) return batches;
  const control: ControlRecord[] = [];
  for (const batch of batches) {
    if (!isControlBatch(batch)) continue;
    const records = readControlRecords(batch);
    if (records instanceof RecordsError) return records;
    control.push(...records);
  }
  return control;
}

/** When the last record in the snapshot was appended, in wall milliseconds. */
export function snapshotTimestamp(bytes: Uint8Array): number | RecordsError {
  const records = snapshotControlRecords(bytes);
  if (records instanceof RecordsError) return records;
  for (const record of records) {
    if (record.type === ControlType.SNAPSHOT_HEADER) return record.message.lastContainedLogTimestamp;
  }
  return new RecordsError('invalid', 'a snapshot without a header');
}

import { describe, expect, it } from 'vitest';
import {
  type BatchPlace,
  type CleaningRules,
  cleanBatch,
} from '../../../../engine/log/compaction/clean-batch.ts';
import { CleanedTransactions } from '../../../../engine/log/compaction/cleaned-transactions.ts';
import { OffsetMap } from '../../../../engine/log/compaction/offset-map.ts';
import {
  type BatchHeader,
  type BatchOptions,
  buildBatch,
  buildControlBatch,
  ControlType,
  noCompression,
  parseBatch,
  RecordCursor,
  RecordsError,
  readRecords,
  verifyBatch,
} from '../../../../engine/records/index.ts';
import { recordOf } from './compaction-stage.ts';

const NOW_MS = 1_000_000;
const RETENTION_MS = 5_000;
const NOWHERE: BatchPlace = { lastRecord: undefined, highWatermark: 1_000, isLastOfSegment: false };
const PRODUCER = { producerId: 7, producerEpoch: 2, isTransactional: true } as const;

function data(baseOffset: number, texts: readonly string[], options: BatchOptions = {}): Uint8Array {
  return buildBatch(
    { baseOffset, baseSequence: 3, ...options },
    texts.map((text, index) => recordOf(text, 500 + index)),
  );
}

function marker(baseOffset: number, type: 'ABORT' | 'COMMIT'): Uint8Array {
  return buildControlBatch({ ...PRODUCER, baseOffset }, 600, [
    { type: ControlType[type], message: { coordinatorEpoch: 4 } },
  ]);
}

class Pass {
  readonly transactions = new CleanedTransactions();
  readonly rules: CleaningRules;

  constructor(nowMs = NOW_MS, latestOffset = 99) {
    const map = new OffsetMap(24 * 100, 1, latestOffset + 1);
    const { transactions } = this;
    this.rules = { map, transactions, compression: noCompression, nowMs, deleteRetentionMs: RETENTION_MS };
  }

  aborts(firstOffset: number, lastOffset: number): this {
    this.transactions.expect([{ producerId: 7, firstOffset, lastOffset, lastStableOffset: lastOffset + 1 }]);
    return this;
  }

  clean(batch: Uint8Array, place: Partial<BatchPlace> = {}): Uint8Array | null {
    const kept = cleanBatch(batch, headerOf(batch), this.rules, { ...NOWHERE, ...place });
    if (kept instanceof RecordsError) throw new Error(kept.message);
    if (kept !== null) expect(verifyBatch(kept)).toBe(null);
    return kept;
  }
}

function headerOf(batch: Uint8Array): BatchHeader {
  return parseBatch(batch) as BatchHeader;
}

describe('a transaction that was aborted', () => {
  it('loses its records at once, and its marker when none were left and a while has passed', () => {
    const first = new Pass().aborts(10, 12);
    expect(first.clean(data(10, ['a=1', 'b=1'], PRODUCER))).toBe(null);
    const abort = marker(12, 'ABORT');
    expect(first.clean(abort)).toBe(abort);
    expect(first.transactions.takeRetained()).toMatchObject([{ producerId: 7, firstOffset: 10 }]);

    const second = new Pass().aborts(10, 12);
    const dated = second.clean(abort)!;
    expect(second.transactions.takeRetained()).toEqual([]);
    expect(headerOf(dated)).toMatchObject({
      hasDeleteHorizon: true,
      baseTimestamp: NOW_MS + RETENTION_MS,
      maxTimestamp: 600,
      isControl: true,
      producerEpoch: 2,
    });

    expect(new Pass(NOW_MS + RETENTION_MS - 1).clean(dated)).toBe(dated);
    expect(new Pass(NOW_MS + RETENTION_MS).clean(dated)).toBe(null);
  });

  it('takes nothing of another producer with it, and nothing that its producer wrote after', () => {
    const pass = new Pass().aborts(10, 12);
    const other = data(11, ['a=1'], { ...PRODUCER, producerId: 8 });
    expect(pass.clean(other)).toBe(other);
    expect(pass.clean(data(10, ['b=1'], PRODUCER))).toBe(null);
    pass.clean(marker(12, 'ABORT'));
    const later = data(13, ['c=1'], PRODUCER);
    expect(pass.clean(later)).toBe(later);
  });
});

describe('a transaction that was committed', () => {
  it('keeps its marker as long as any of its batches is there', () => {
    const pass = new Pass();
    const written = data(10, ['a=1'], PRODUCER);
    const commit = marker(11, 'COMMIT');
    expect(pass.clean(written)).toBe(written);
    expect(pass.clean(commit)).toBe(commit);
    expect(headerOf(new Pass().clean(commit)!).hasDeleteHorizon).toBe(true);
  });
});

describe('an active producer', () => {
  it('keeps its last batch without records, sequence, epoch and offsets as they were', () => {
    const batch = data(10, ['a=1', 'b=1'], { producerId: 7, producerEpoch: 2 });
    const last = { lastDataOffset: 11, producerEpoch: 2 };
    const pass = new Pass().aborts(0, 50);
    const kept = pass.clean(data(10, ['a=1', 'b=1'], PRODUCER), { lastRecord: last })!;
    expect(headerOf(kept)).toMatchObject({
      baseOffset: 10,
      lastOffset: 11,
      count: 0,
      length: 61,
      producerId: 7,
      producerEpoch: 2,
      baseSequence: 3,
      isTransactional: true,
      maxTimestamp: 501,
    });
    const superseding = new Pass();
    for (const text of ['a=2', 'b=2']) put(superseding.rules.map, data(20, [text]));
    expect(headerOf(superseding.clean(batch, { lastRecord: last })!).count).toBe(0);
    expect(superseding.clean(batch, { lastRecord: { lastDataOffset: 12, producerEpoch: 2 } })).toBe(null);
    expect(superseding.clean(batch)).toBe(null);
    expect(new Pass().clean(kept, { lastRecord: last })).toBe(kept);
  });

  it('keeps its last marker for the epoch that is in it', () => {
    const dated = new Pass().clean(marker(12, 'COMMIT'))!;
    const late = new Pass(NOW_MS + RETENTION_MS);
    const kept = late.clean(dated, { lastRecord: { lastDataOffset: -1, producerEpoch: 2 } })!;
    expect(headerOf(kept)).toMatchObject({ count: 0, isControl: true, producerEpoch: 2 });
    expect(late.clean(dated, { lastRecord: { lastDataOffset: -1, producerEpoch: 3 } })).toBe(null);
  });
});

describe('a batch', () => {
  it('loses what is superseded and keeps its bounds; what stays keeps offset, time and headers', () => {
    const pass = new Pass();
    put(pass.rules.map, data(20, ['b=9']));
    const batch = data(10, ['a=1', 'b=1', 'c=1'], { producerId: 7, producerEpoch: 2 });
    const kept = pass.clean(batch)!;
    expect(headerOf(kept)).toMatchObject({
      baseOffset: 10,
      lastOffset: 12,
      count: 2,
      baseSequence: 3,
      baseTimestamp: 500,
      maxTimestamp: 502,
    });
    const records = readRecords(batch, noCompression) as readonly object[];
    expect(readRecords(kept, noCompression)).toEqual([records[0], records[2]]);
  });

  it('keeps everything behind where the map ends, and nothing without a key before', () => {
    const batch = buildBatch({ baseOffset: 10 }, [{ timestamp: 1, key: null, value: new Uint8Array(1) }]);
    expect(new Pass(NOW_MS, 9).clean(batch)).toBe(batch);
    expect(new Pass(NOW_MS, 10).clean(batch)).toBe(null);
  });

  it('that ends at the high watermark or ends a segment leaves its end behind', () => {
    const pass = new Pass();
    put(pass.rules.map, data(20, ['a=9']));
    const batch = data(10, ['a=1'], { producerId: 7, producerEpoch: 2 });
    expect(headerOf(pass.clean(batch, { highWatermark: 11 })!)).toMatchObject({ count: 0, producerId: 7 });
    const placeholder = pass.clean(batch, { isLastOfSegment: true })!;
    expect(headerOf(placeholder)).toMatchObject({ count: 0, producerId: -1, lastOffset: 10 });
    expect(pass.clean(batch)).toBe(null);
  });

  it('with the log’s own time keeps it', () => {
    const pass = new Pass();
    put(pass.rules.map, data(20, ['b=9']));
    const kept = pass.clean(data(10, ['a=', 'b=1'], { logAppendTime: 9_000 }))!;
    expect(headerOf(kept)).toMatchObject({
      maxTimestamp: 9_000,
      isLogAppendTime: true,
      hasDeleteHorizon: true,
    });
    expect(readRecords(kept, noCompression)).toMatchObject([{ offset: 10, timestamp: 9_000, value: null }]);
  });
});

/** Makes the map know of a record. */
function put(map: OffsetMap, batch: Uint8Array): void {
  const header = headerOf(batch);
  const cursor = new RecordCursor(batch.subarray(61), header);
  while (cursor.next()) map.put(cursor);
}

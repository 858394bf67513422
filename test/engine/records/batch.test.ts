import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BatchBuilder,
  type BatchHeader,
  baseOffsetOf,
  buildBatch,
  Codec,
  crc32c,
  decrementSequence,
  describeBatch,
  incrementSequence,
  isRecordsError,
  lastOffsetOf,
  leaderEpochOf,
  type NewRecord,
  noCompression,
  parseBatch,
  RecordsError,
  readRecords,
  splitBatches,
  verifyBatch,
  withLeader,
} from '../../../engine/records/index.ts';

const RECORD: NewRecord = {
  timestamp: 1000,
  key: Uint8Array.of(107),
  value: Uint8Array.of(118, 119),
  headers: [{ key: 'h', value: null }],
};

describe('a batch', () => {
  it('is Kafka’s format v2, byte for byte', () => {
    const second = { timestamp: 998, key: null, value: null };
    const batch = buildBatch({ producerId: 5, producerEpoch: 2, baseSequence: 9 }, [RECORD, second]);
    expect([...batch.subarray(0, 17)]).toEqual([
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0, batch.length - 12],
      ...[255, 255, 255, 255],
      2,
    ]);
    expect([...batch.subarray(21, 61)]).toEqual([
      ...[0, 0],
      ...[0, 0, 0, 1],
      ...[0, 0, 0, 0, 0, 0, 3, 232],
      ...[0, 0, 0, 0, 0, 0, 3, 232],
      ...[0, 0, 0, 0, 0, 0, 0, 5],
      ...[0, 2],
      ...[0, 0, 0, 9],
      ...[0, 0, 0, 2],
    ]);
    expect([...batch.subarray(61)]).toEqual([
      ...[24, 0, 0, 0, 2, 107, 4, 118, 119, 2, 2, 104, 1],
      // A time delta of -2, an offset delta of 1, no key, no value, no headers.
      ...[12, 0, 3, 2, 1, 1, 0],
    ]);
    expect(new DataView(batch.buffer).getUint32(17)).toBe(crc32c(batch, 21, batch.length));
  });

  it('says in its attributes what it is', () => {
    const options = { isTransactional: true, isControl: true, logAppendTime: 70, producerId: 1 };
    const header = parseBatch(buildBatch(options, [RECORD])) as BatchHeader;
    expect(header).toMatchObject({
      attributes: 0x38,
      isControl: true,
      isTransactional: true,
      isLogAppendTime: true,
    });
    expect(header).toMatchObject({ baseTimestamp: 1000, maxTimestamp: 70, codec: 0, count: 1 });
  });

  it('gives records the batch’s time under LogAppendTime', () => {
    const records = readRecords(buildBatch({ logAppendTime: 70 }, [RECORD]), noCompression);
    expect(records).toMatchObject([{ timestamp: 70, offset: 0 }]);
  });

  it('keeps its checksum when a leader stamps it, and itself unchanged', () => {
    const batch = buildBatch({}, [RECORD, RECORD]);
    const before = batch.slice();
    const stamped = withLeader(batch, 0x1_0000_0005, 77);
    expect(verifyBatch(stamped)).toBeNull();
    expect([baseOffsetOf(stamped), lastOffsetOf(stamped), leaderEpochOf(stamped)]).toEqual([
      0x1_0000_0005, 0x1_0000_0006, 77,
    ]);
    expect(batch).toEqual(before);
    expect(readRecords(stamped, noCompression)).toMatchObject([
      { offset: 0x1_0000_0005 },
      { offset: 0x1_0000_0006 },
    ]);
    expect(describeBatch(stamped)).toBe('batch @4294967301..4294967302 e77 87B');
  });

  it('built from any records is read as them, at the size foretold', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null });
    const record = fc.record({
      timestamp: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.maxSafeNat()),
      key: bytes,
      value: bytes,
      headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 5 }), value: bytes }), {
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), fc.maxSafeNat(), (records, offset) => {
        const baseOffset = Math.floor(offset / 2);
        const builder = new BatchBuilder(1);
        for (const one of records) {
          const before = builder.estimatedSize;
          const foretold = builder.sizeOfNext(one);
          builder.append(one);
          expect(builder.estimatedSize - before).toBe(foretold);
        }
        const batch = builder.close({ baseOffset }) as Uint8Array;
        expect(batch.length).toBe(builder.estimatedSize);
        expect(verifyBatch(batch)).toBeNull();
        expect(readRecords(batch, noCompression)).toEqual(
          records.map((one, at) => ({ ...one, offset: baseOffset + at })),
        );
      }),
    );
  });
});

describe('batches in chunks', () => {
  it('are found however they lie, and a chunk that is one batch is given itself', () => {
    const batches = [1, 2, 3].map((count) =>
      buildBatch(
        {},
        Array.from({ length: count }, () => RECORD),
      ),
    );
    const joined = Uint8Array.from(batches.flatMap((batch) => [...batch]));
    expect(splitBatches([joined])).toEqual(batches);
    expect(splitBatches([new Uint8Array(0), ...batches])).toEqual(batches);
    expect((splitBatches(batches) as readonly Uint8Array[])[1]).toBe(batches[1]);
    expect(splitBatches([joined.subarray(0, joined.length - 1)])).toMatchObject({ code: 'truncated' });
  });
});

describe('hostile bytes', () => {
  const batch = buildBatch({ producerId: 3 }, [RECORD, RECORD, RECORD]);

  it('cut short anywhere are told', () => {
    for (let size = 0; size < batch.length; size++) {
      expect(verifyBatch(batch.subarray(0, size)), `${size} bytes`).toMatchObject({ code: 'truncated' });
    }
  });

  it('changed anywhere under the checksum are told', () => {
    for (let at = 8; at < batch.length; at++) {
      if (at >= 12 && at < 16) continue;
      for (const flip of [1, 0x80, 0xff]) {
        const copy = batch.slice();
        copy[at]! ^= flip;
        expect(verifyBatch(copy), `byte ${at}`).toBeInstanceOf(RecordsError);
      }
    }
  });

  it('of an old format are unsupported', () => {
    const copy = batch.slice();
    copy[16] = 1;
    expect(parseBatch(copy)).toMatchObject({ code: 'unsupported' });
  });

  it('never make a reader throw, hang or believe a count', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 120 }), fc.nat(0xffff_ffff), (tail, count) => {
        const bytes = new Uint8Array(61 + tail.length);
        bytes.set(batch.subarray(0, 61));
        bytes.set(tail, 61);
        const view = new DataView(bytes.buffer);
        view.setUint32(8, bytes.length - 12);
        view.setUint32(57, count);
        const answer = readRecords(bytes, noCompression);
        if (!isRecordsError(answer)) expect(answer.length).toBe(count);
      }),
      { numRuns: 2000 },
    );
  });

  it('inside the records are errors, whatever byte is changed', () => {
    for (let at = 61; at < batch.length; at++) {
      for (let value = 0; value < 256; value++) {
        const copy = batch.slice();
        copy[at] = value;
        readRecords(copy, noCompression);
      }
    }
    const padded = buildBatch({}, [{ timestamp: 0, key: null, value: Uint8Array.of(1, 2) }]);
    padded[66] = 2;
    expect(readRecords(padded, noCompression)).toMatchObject({ code: 'invalid' });
    const lying = batch.slice();
    new DataView(lying.buffer).setInt32(57, 2);
    expect(readRecords(lying, noCompression)).toMatchObject({ code: 'invalid' });
    new DataView(lying.buffer).setInt32(57, 0x7fff_ffff);
    expect(readRecords(lying, noCompression)).toMatchObject({ code: 'invalid' });
  });

  it('with a codec that nobody handed in are unsupported', () => {
    const copy = batch.slice();
    copy[22] = Codec.gzip;
    expect(readRecords(copy, noCompression)).toMatchObject({ code: 'unsupported' });
    const builder = new BatchBuilder();
    builder.append(RECORD);
    expect(builder.close({ codec: Codec.zstd, compression: noCompression })).toBeInstanceOf(RecordsError);
  });
});

describe('sequence numbers', () => {
  it('wrap after 2^31 - 1', () => {
    expect(incrementSequence(0x7fff_ffff, 1)).toBe(0);
    expect(incrementSequence(0x7fff_fffe, 5)).toBe(3);
    expect(incrementSequence(7, 5)).toBe(12);
    expect(decrementSequence(3, 5)).toBe(0x7fff_fffe);
    expect(decrementSequence(12, 5)).toBe(7);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brokerRegistrationChangeRecord,
  decodeRecord,
  decodeRecords,
  encodeRecord,
  encodeRecords,
  MetadataError,
  type MetadataRecord,
  partitionChangeRecord,
  recordVersion,
} from '../../../engine/metadata/index.ts';
import { recordSchemas } from '../../../engine/metadata/record-schemas.ts';
import { parseBatch, RecordsError, verifyBatch } from '../../../engine/records/index.ts';
import { anyRecord } from './arbitrary-records.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a metadata record', () => {
  it('survives its bytes, whatever its type', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyRecord, (record) => {
        seen.add(record.type);
        expect(decodeRecord(encodeRecord(record))).toEqual(record);
      }),
      { numRuns: 2_000 },
    );
    expect(seen.size).toBe(Object.keys(recordSchemas).length);
  });

  it('has the bytes that Kafka gives it', () => {
    // Frame 1, key 2, version 0; compact string "foo"; 16 bytes of uuid; no tagged fields.
    const topic: MetadataRecord = { type: 'TopicRecord', name: 'foo', topicId: 'AAAAAAAAAAEAAAAAAAAAAg' };
    expect(hex(encodeRecord(topic))).toBe('010200' + '04666f6f' + '00000000000000010000000000000002' + '00');
    // Frame 1, key 5, version 2; partition, topic; three tagged fields: isr (0), leader (1), elr (6).
    const change = partitionChangeRecord('AAAAAAAAAAEAAAAAAAAAAg', 7, {
      isr: [1],
      leader: 1,
      eligibleLeaderReplicas: [],
    });
    expect(hex(encodeRecord(change))).toBe(
      '010502' +
        '00000007' +
        '00000000000000010000000000000002' +
        '03' +
        '00050200000001' +
        '010400000001' +
        '060101',
    );
    expect(hex(encodeRecord({ type: 'NoOpRecord' }))).toBe('01140000');
    // Fenced is a tagged field of version 0; nothing newer is said, so nothing newer is needed to read it.
    const fenced = brokerRegistrationChangeRecord(3, 9, { fenced: 1 });
    expect(hex(encodeRecord(fenced))).toBe('011100' + '00000003' + '0000000000000009' + '01' + '000101');
  });

  it('of a changed registration is written in the lowest version that says it', () => {
    const version = (changes: Parameters<typeof brokerRegistrationChangeRecord>[2]) =>
      recordVersion(brokerRegistrationChangeRecord(1, 1, changes));
    expect(version({ fenced: 1 })).toBe(0);
    expect(version({ inControlledShutdown: 1 })).toBe(1);
    expect(version({ logDirs: ['AAAAAAAAAAEAAAAAAAAAAg'] })).toBe(2);
    expect(version({ cordonedLogDirs: [] })).toBe(3);
  });

  it('of an older version is read with defaults for what it does not say', () => {
    // PartitionChangeRecord version 0, leader 4 and nothing else.
    const bytes = Buffer.from(
      `01050000000007${'00000000000000010000000000000002'}01${'010400000004'}`,
      'hex',
    );
    expect(decodeRecord(bytes)).toEqual(partitionChangeRecord('AAAAAAAAAAEAAAAAAAAAAg', 7, { leader: 4 }));
  });

  it('that is none is an error, not a crash', () => {
    for (const text of ['', '01', '020200', '017f00', '010209', '0102000466', '810200']) {
      expect(decodeRecord(Buffer.from(text, 'hex')), text).toBeInstanceOf(MetadataError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const record = decodeRecord(bytes);
        expect(record instanceof MetadataError || typeof record.type === 'string').toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a batch of metadata records', () => {
  it('is a v2 batch with the offset and the epoch given, and gives the records back with their offsets', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 8 }), fc.nat(), (records, baseOffset) => {
        const batch = encodeRecords(records, baseOffset, 5, 1_700_000_000_000);
        const header = parseBatch(batch);
        expect(verifyBatch(batch, 0)).toBeNull();
        if (header instanceof RecordsError) throw new Error(header.message);
        expect(header).toMatchObject({ baseOffset, leaderEpoch: 5, count: records.length, isControl: false });
        expect(decodeRecords(batch)).toEqual(
          records.map((record, at) => ({ offset: baseOffset + at, record })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('with a broken record is an error', () => {
    const batch = encodeRecords([{ type: 'NoOpRecord' }], 0, 1, 0);
    const broken = batch.slice();
    // The value is the last thing but the record's header count: its frame version is four bytes before that.
    broken[broken.length - 5] = 9;
    expect(decodeRecords(broken)).toBeInstanceOf(MetadataError);
  });
});

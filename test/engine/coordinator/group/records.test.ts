import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as groupRecords from '../../../../engine/coordinator/group/records/index.ts';
import {
  type TransactionRecord,
  transactionLogKey,
  transactionLogValue,
  transactionRecordCodec,
} from '../../../../engine/coordinator/transaction/records/index.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  make,
  type Schema,
  utf8Encode,
  WireError,
} from '../../../../engine/wire/index.ts';
import { arbitraryBody } from '../../wire/arbitrary-body.ts';

const { groupRecordCodec } = groupRecords;
type GroupRecord = groupRecords.GroupRecord;

/** Every type, its number in a key, and its schemas. */
const TYPES: readonly [GroupRecord['type'], number, Schema<object>, Schema<object>, number][] = [
  ['OffsetCommit', 1, groupRecords.offsetCommitKey, groupRecords.offsetCommitValue, 4],
  ['GroupMetadata', 2, groupRecords.groupMetadataKey, groupRecords.groupMetadataValue, 3],
  [
    'ConsumerGroupMetadata',
    3,
    groupRecords.consumerGroupMetadataKey,
    groupRecords.consumerGroupMetadataValue,
    0,
  ],
  [
    'ConsumerGroupPartitionMetadata',
    4,
    groupRecords.consumerGroupPartitionMetadataKey,
    groupRecords.consumerGroupPartitionMetadataValue,
    0,
  ],
  [
    'ConsumerGroupMemberMetadata',
    5,
    groupRecords.consumerGroupMemberMetadataKey,
    groupRecords.consumerGroupMemberMetadataValue,
    0,
  ],
  [
    'ConsumerGroupTargetAssignmentMetadata',
    6,
    groupRecords.consumerGroupTargetAssignmentMetadataKey,
    groupRecords.consumerGroupTargetAssignmentMetadataValue,
    0,
  ],
  [
    'ConsumerGroupTargetAssignmentMember',
    7,
    groupRecords.consumerGroupTargetAssignmentMemberKey,
    groupRecords.consumerGroupTargetAssignmentMemberValue,
    0,
  ],
  [
    'ConsumerGroupCurrentMemberAssignment',
    8,
    groupRecords.consumerGroupCurrentMemberAssignmentKey,
    groupRecords.consumerGroupCurrentMemberAssignmentValue,
    0,
  ],
  [
    'ConsumerGroupRegularExpression',
    16,
    groupRecords.consumerGroupRegularExpressionKey,
    groupRecords.consumerGroupRegularExpressionValue,
    0,
  ],
];

describe('records of groups', () => {
  for (const [type, id, key, value, version] of TYPES) {
    it(`${type} comes back as it was, and so does its tombstone`, () => {
      const property = fc.property(
        arbitraryBody(key, 0),
        fc.option(arbitraryBody(value, version)),
        (k, v) => {
          const record = { type, key: k, value: v } as GroupRecord;
          const written = groupRecordCodec.encode(record);
          expect([written.key[0], written.key[1]]).toEqual([0, id]);
          expect(groupRecordCodec.decode(written.key, written.value)).toEqual(record);
        },
      );
      fc.assert(property, { numRuns: 50 });
    });
  }

  it('a commit with an expiry of its own is written in the one version that has it', () => {
    const value = { ...make(groupRecords.offsetCommitValue, { offset: 7 }), expireTimestamp: 99 };
    const record: GroupRecord = {
      type: 'OffsetCommit',
      key: make(groupRecords.offsetCommitKey, { group: 'g', topic: 't', partition: 0 }),
      value,
    };
    const written = groupRecordCodec.encode(record);
    expect(written.value?.[1]).toBe(1);
    expect(groupRecordCodec.decode(written.key, written.value)).toMatchObject({
      value: { expireTimestamp: 99 },
    });
  });

  it('what a real Kafka 4.3 wrote of a consumer group is read to the last bit, and written as it was', () => {
    const groupId = '0008636f6e73756d6572';
    const memberId = '002432303564643337652d653662632d343438632d616564342d393439373839643836316235';
    const written: readonly (readonly [string, string, object])[] = [
      // 64 bits of a hash, more than a safe integer holds.
      [
        `0003${groupId}`,
        '00000000000201000806a38696542d374e',
        { epoch: 2, metadataHash: '06a38696542d374e' },
      ],
      // Of a member that speaks the consumer protocol null is written: left out would mean empty, and a classic one.
      [
        `0005${groupId}${memberId}`,
        '0000076465736b2d3100076d6f6465726e0b2f3132372e302e302e3102076f72646572730100018e700001000100',
        {
          instanceId: 'desk-1',
          clientId: 'modern',
          subscribedTopicNames: ['orders'],
          classicMemberMetadata: null,
        },
      ],
    ];
    for (const [key, value, expected] of written) {
      const record = groupRecordCodec.decode(Buffer.from(key, 'hex'), Buffer.from(value, 'hex'));
      if (record === null || typeof record === 'string') throw new Error(`not read: ${record}`);
      expect(record.value).toMatchObject(expected);
      const again = groupRecordCodec.encode(record);
      expect(Buffer.from(again.key).toString('hex')).toBe(key);
      expect(Buffer.from(again.value!).toString('hex')).toBe(value);
    }
  });

  it('a type that this version does not know is skipped; bytes that make no sense are told', () => {
    expect(groupRecordCodec.decode(new Uint8Array([0, 99]), null)).toBe(null);
    expect(groupRecordCodec.decode(new Uint8Array([0]), null)).toMatch(/^key: /);
    expect(groupRecordCodec.decode(new Uint8Array([0, 1, 9]), null)).toMatch(/^key of OffsetCommit: /);
    fc.assert(
      fc.property(fc.uint8Array(), fc.option(fc.uint8Array()), (key, value) => {
        groupRecordCodec.decode(key, value);
      }),
    );
  });
});

describe('records of transactions', () => {
  it('come back as they were, in both versions', () => {
    for (const version of [0, 1]) {
      const property = fc.property(
        arbitraryBody(transactionLogKey, 0),
        arbitraryBody(transactionLogValue, version),
        (key, value) => {
          const record = { key, value, version } as TransactionRecord;
          const written = transactionRecordCodec.encode(record);
          expect(transactionRecordCodec.decode(written.key, written.value)).toEqual(record);
        },
      );
      fc.assert(property, { numRuns: 50 });
    }
  });

  it('of a newer kind are skipped', () => {
    expect(transactionRecordCodec.decode(new Uint8Array([0, 5]), null)).toBe(null);
    const { key } = transactionRecordCodec.encode({
      key: make(transactionLogKey, { transactionalId: 'x' }),
      value: null,
      version: 1,
    });
    expect(transactionRecordCodec.decode(key, new Uint8Array([0, 9]))).toBe(null);
  });
});

describe('the consumer protocol', () => {
  it('is read in every version that was ever written, and newer ones as far as they are known', () => {
    const subscription = {
      topics: ['t'],
      userData: null,
      ownedPartitions: [{ topic: 't', partitions: [1, 2] }],
      generationId: 4,
      rackId: 'a',
    };
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
    expect(decodeSubscription(encodeSubscription(subscription, 0))).toEqual({
      ...subscription,
      ownedPartitions: [],
      generationId: -1,
      rackId: null,
    });
    const assignment = { assignedPartitions: [{ topic: 't', partitions: [0] }], userData: utf8Encode('u') };
    const newer = encodeAssignment(assignment);
    newer[1] = 9;
    expect(decodeAssignment(newer)).toEqual(assignment);
    expect(decodeAssignment(new Uint8Array(1))).toBeInstanceOf(WireError);
  });
});

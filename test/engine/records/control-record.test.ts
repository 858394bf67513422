import { describe, expect, it } from 'vitest';
import {
  buildControlBatch,
  type ControlRecord,
  ControlType,
  decodeControlRecord,
  isControlBatch,
  noCompression,
  readControlRecords,
  readRecords,
  verifyBatch,
} from '../../../engine/records/index.ts';
import { ZERO_UUID } from '../../../engine/wire/index.ts';

const VOTER = { voterId: 101, voterDirectoryId: ZERO_UUID };

const ALL: readonly ControlRecord[] = [
  { type: ControlType.ABORT, message: { coordinatorEpoch: 4 } },
  { type: ControlType.COMMIT, message: { coordinatorEpoch: 5 } },
  {
    type: ControlType.LEADER_CHANGE,
    message: { version: 0, leaderId: 101, voters: [VOTER], grantingVoters: [VOTER] },
  },
  { type: ControlType.SNAPSHOT_HEADER, message: { version: 0, lastContainedLogTimestamp: 77 } },
  { type: ControlType.SNAPSHOT_FOOTER, message: { version: 0 } },
  { type: ControlType.KRAFT_VERSION, message: { version: 0, kRaftVersion: 1 } },
  {
    type: ControlType.KRAFT_VOTERS,
    message: {
      version: 0,
      voters: [
        {
          voterId: 101,
          voterDirectoryId: 'dGVzdC10b3BpYy1pZC0wMQ',
          endpoints: [{ name: 'CONTROLLER', host: 'c101', port: 9093 }],
          kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
        },
      ],
    },
  },
];

describe('control records', () => {
  it('of every type are read as they were written', () => {
    const batch = buildControlBatch({ leaderEpoch: 3 }, 50, ALL);
    expect(verifyBatch(batch)).toBeNull();
    expect(isControlBatch(batch)).toBe(true);
    expect(readControlRecords(batch)).toEqual(ALL);
  });

  it('have Kafka’s bytes', () => {
    const bytesOf = (record: ControlRecord) => {
      const [written] = readRecords(buildControlBatch({}, 50, [record]), noCompression) as readonly {
        key: Uint8Array;
        value: Uint8Array;
      }[];
      return [[...written!.key], [...written!.value]];
    };
    expect(bytesOf(ALL[1]!)).toEqual([
      [0, 0, 0, 1],
      [0, 0, 0, 0, 0, 5],
    ]);
    expect(bytesOf(ALL[2]!)).toEqual([
      [0, 0, 0, 2],
      // version, leader, compact list of one voter (id, no tags), the same again, no tags
      [0, 0, 0, 0, 0, 101, 2, 0, 0, 0, 101, 0, 2, 0, 0, 0, 101, 0, 0],
    ]);
    expect(bytesOf(ALL[3]!)).toEqual([
      [0, 0, 0, 3],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 77, 0],
    ]);
    expect(bytesOf(ALL[5]!)).toEqual([
      [0, 0, 0, 5],
      [0, 0, 0, 1, 0],
    ]);
  });

  it('of a type that is not known are left out', () => {
    expect(decodeControlRecord(recordOf([0, 0, 0, 99], [1, 2]))).toBeNull();
  });

  it('that cannot be read are errors', () => {
    const broken = [
      recordOf(null, [0]),
      recordOf([0, 0, 0], [0]),
      recordOf([255, 255, 0, 1], [0, 0, 0, 0, 0, 5]),
      recordOf([0, 0, 0, 1], null),
      recordOf([0, 0, 0, 1], [0]),
      recordOf([0, 0, 0, 1], [0, 0, 0]),
      recordOf([0, 0, 0, 2], [0, 0, 0, 0, 0, 101, 255, 255, 255, 255, 15]),
    ];
    for (const record of broken) expect(decodeControlRecord(record)).toMatchObject({ code: 'invalid' });
  });
});

function recordOf(key: readonly number[] | null, value: readonly number[] | null) {
  const bytes = (numbers: readonly number[] | null) => (numbers === null ? null : Uint8Array.from(numbers));
  return { offset: 0, timestamp: 0, key: bytes(key), value: bytes(value), headers: [] };
}

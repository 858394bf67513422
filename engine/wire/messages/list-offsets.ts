import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int8, int16, int32, int64, string, struct } from '../schema.ts';

/** Timestamps that stand for an offset (KIP-79, 734, 405, 1005, 1023). */
export const OffsetSpec = {
  LATEST: -1,
  EARLIEST: -2,
  MAX_TIMESTAMP: -3,
  EARLIEST_LOCAL: -4,
  LATEST_TIERED: -5,
  EARLIEST_PENDING_UPLOAD: -6,
} as const;

export const listOffsetsRequest = struct(
  'ListOffsetsRequest',
  { versions: '1-11', flexible: '6+' },
  {
    replicaId: int32('0+', 'The asking follower, -1 for a consumer.'),
    isolationLevel: int8('2+', '0: read uncommitted, 1: read committed.'),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        currentLeaderEpoch: int32('4+', 'The leader epoch the asker knows, -1 not to check.', {
          default: -1,
          ignorable: true,
        }),
        timestamp: int64('0+', 'Find the first record as late as this, ms; negative: an OffsetSpec.'),
      }),
    }),
    timeoutMs: int32('10+', 'How long a look into tiered storage may take.', { ignorable: true }),
  },
);

export const listOffsetsResponse = struct(
  'ListOffsetsResponse',
  { versions: '1-11', flexible: '6+' },
  {
    throttleTimeMs: int32('2+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the partition.'),
        timestamp: int64('1+', 'Timestamp of the record found, else -1.', { default: -1 }),
        offset: int64('1+', 'The offset found, else -1.', { default: -1 }),
        leaderEpoch: int32('4+', 'Leader epoch of that offset.', { default: -1 }),
      }),
    }),
  },
);

export type ListOffsetsRequest = Infer<typeof listOffsetsRequest>;
export type ListOffsetsResponse = Infer<typeof listOffsetsResponse>;

export const listOffsetsApi = api(ApiKey.ListOffsets, ['broker'], listOffsetsRequest, listOffsetsResponse);

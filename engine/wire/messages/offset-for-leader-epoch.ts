import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, string, struct } from '../schema.ts';

/** Where does an epoch end in the leader's log? A reader truncates to the answer (KIP-101, 279, 320). */
export const offsetForLeaderEpochRequest = struct(
  'OffsetForLeaderEpochRequest',
  { versions: '2-4', flexible: '4+' },
  {
    replicaId: int32('3+', 'The asking follower, -1 for a consumer, -2 when unsaid.', {
      default: -2,
      ignorable: true,
    }),
    topics: array('0+', 'One entry a topic.', {
      topic: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partition: int32('0+', 'The partition.'),
        currentLeaderEpoch: int32('2+', 'The leader epoch the asker knows, -1 not to check.', {
          default: -1,
          ignorable: true,
        }),
        leaderEpoch: int32('0+', 'The epoch whose end is asked for.'),
      }),
    }),
  },
);

export const offsetForLeaderEpochResponse = struct(
  'OffsetForLeaderEpochResponse',
  { versions: '2-4', flexible: '4+' },
  {
    throttleTimeMs: int32('2+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    topics: array('0+', 'One entry a topic.', {
      topic: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        errorCode: int16('0+', 'Verdict on the partition.'),
        partition: int32('0+', 'The partition.'),
        leaderEpoch: int32('1+', 'Largest epoch not above the one asked for.', {
          default: -1,
          ignorable: true,
        }),
        endOffset: int64('0+', 'Where that epoch ends (exclusive).', { default: -1 }),
      }),
    }),
  },
);

export type OffsetForLeaderEpochRequest = Infer<typeof offsetForLeaderEpochRequest>;
export type OffsetForLeaderEpochResponse = Infer<typeof offsetForLeaderEpochResponse>;

export const offsetForLeaderEpochApi = api(
  ApiKey.OffsetForLeaderEpoch,
  ['broker'],
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
);

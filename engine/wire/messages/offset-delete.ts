import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, string, struct } from '../schema.ts';

/** Deletes committed positions of a group (KIP-496). */
export const offsetDeleteRequest = struct(
  'OffsetDeleteRequest',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0+', 'The group.'),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
      }),
    }),
  },
);

export const offsetDeleteResponse = struct(
  'OffsetDeleteResponse',
  { versions: '0', flexible: 'none' },
  {
    errorCode: int16('0+', 'The verdict.'),
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'The verdict.'),
      }),
    }),
  },
);

export type OffsetDeleteRequest = Infer<typeof offsetDeleteRequest>;
export type OffsetDeleteResponse = Infer<typeof offsetDeleteResponse>;

export const offsetDeleteApi = api(
  ApiKey.OffsetDelete,
  ['broker'],
  offsetDeleteRequest,
  offsetDeleteResponse,
);

import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, struct, uuid } from '../schema.ts';

/** A broker tells in which of its directories its replicas lie (KIP-858). */
export const assignReplicasToDirsRequest = struct(
  'AssignReplicasToDirsRequest',
  { versions: '0', flexible: '0+' },
  {
    brokerId: int32('0+', 'The broker.'),
    brokerEpoch: int64('0+', 'Its epoch; an old one is refused.', { default: -1 }),
    directories: array('0+', 'One entry a directory.', {
      id: uuid('0+', 'The directory.'),
      topics: array('0+', 'One entry a topic.', {
        topicId: uuid('0+', 'The topic.'),
        partitions: array('0+', 'One entry a partition.', {
          partitionIndex: int32('0+', 'The partition.'),
        }),
      }),
    }),
  },
);

export const assignReplicasToDirsResponse = struct(
  'AssignReplicasToDirsResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the broker back, ms.'),
    errorCode: int16('0+', 'Verdict on the request.'),
    directories: array('0+', 'One entry a directory.', {
      id: uuid('0+', 'The directory.'),
      topics: array('0+', 'One entry a topic.', {
        topicId: uuid('0+', 'The topic.'),
        partitions: array('0+', 'One entry a partition.', {
          partitionIndex: int32('0+', 'The partition.'),
          errorCode: int16('0+', 'Verdict on the partition.'),
        }),
      }),
    }),
  },
);

export type AssignReplicasToDirsRequest = Infer<typeof assignReplicasToDirsRequest>;
export type AssignReplicasToDirsResponse = Infer<typeof assignReplicasToDirsResponse>;

export const assignReplicasToDirsApi = api(
  ApiKey.AssignReplicasToDirs,
  ['controller'],
  assignReplicasToDirsRequest,
  assignReplicasToDirsResponse,
);

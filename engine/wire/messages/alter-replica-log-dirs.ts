import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, list, string, struct } from '../schema.ts';

/** Moves replicas of the asked broker between its log directories (KIP-113). */
export const alterReplicaLogDirsRequest = struct(
  'AlterReplicaLogDirsRequest',
  { versions: '1-2', flexible: '2+' },
  {
    dirs: array('0+', 'One entry a directory.', {
      path: string('0+', 'Where to: the absolute path of a log directory.'),
      topics: array('0+', 'One entry a topic.', {
        name: string('0+', 'The topic.'),
        partitions: list('int32', '0+', 'Its partitions.'),
      }),
    }),
  },
);

export const alterReplicaLogDirsResponse = struct(
  'AlterReplicaLogDirsResponse',
  { versions: '1-2', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    results: array('0+', 'One entry a topic.', {
      topicName: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict: the move has begun, not ended, when it is 0.'),
      }),
    }),
  },
);

export type AlterReplicaLogDirsRequest = Infer<typeof alterReplicaLogDirsRequest>;
export type AlterReplicaLogDirsResponse = Infer<typeof alterReplicaLogDirsResponse>;

export const alterReplicaLogDirsApi = api(
  ApiKey.AlterReplicaLogDirs,
  ['broker'],
  alterReplicaLogDirsRequest,
  alterReplicaLogDirsResponse,
);

import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, list, string, struct } from '../schema.ts';

/** An administrator moves partitions to other replicas, or calls a move off (KIP-455, KIP-860). */
export const alterPartitionReassignmentsRequest = struct(
  'AlterPartitionReassignmentsRequest',
  { versions: '0-1', flexible: '0+' },
  {
    timeoutMs: int32('0+', 'How long to wait for the decision, ms.', { default: 60_000 }),
    allowReplicationFactorChange: bool('1+', 'A partition may end up with more or fewer replicas.', {
      default: true,
    }),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        replicas: list('int32', '0+', 'Where to, the preferred leader first; null calls a move off.', {
          nullable: '0+',
          default: null,
        }),
      }),
    }),
  },
);

export const alterPartitionReassignmentsResponse = struct(
  'AlterPartitionReassignmentsResponse',
  { versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    allowReplicationFactorChange: bool('1+', 'What the request said of it.', {
      default: true,
      ignorable: true,
    }),
    errorCode: int16('0+', 'Verdict on the whole request.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+' }),
    responses: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict: the move has begun, not ended, when it is 0.'),
        errorMessage: string('0+', 'What is wrong with it.', { nullable: '0+' }),
      }),
    }),
  },
);

export type AlterPartitionReassignmentsRequest = Infer<typeof alterPartitionReassignmentsRequest>;
export type AlterPartitionReassignmentsResponse = Infer<typeof alterPartitionReassignmentsResponse>;

export const alterPartitionReassignmentsApi = api(
  ApiKey.AlterPartitionReassignments,
  ['broker', 'controller'],
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
);

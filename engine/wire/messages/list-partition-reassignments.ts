import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, list, string, struct } from '../schema.ts';

/** Which partitions are on the move (KIP-455). */
export const listPartitionReassignmentsRequest = struct(
  'ListPartitionReassignmentsRequest',
  { versions: '0', flexible: '0+' },
  {
    timeoutMs: int32('0+', 'How long to wait for the answer, ms.', { default: 60_000 }),
    topics: array(
      '0+',
      'One entry a topic; null for all that move.',
      {
        name: string('0+', 'The topic.'),
        partitionIndexes: list('int32', '0+', 'Its partitions.'),
      },
      { nullable: '0+', default: null },
    ),
  },
);

export const listPartitionReassignmentsResponse = struct(
  'ListPartitionReassignmentsResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('0+', 'The verdict.'),
    errorMessage: string('0+', 'What is wrong.', { nullable: '0+' }),
    topics: array('0+', 'One entry a topic with a partition on the move.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition on the move.', {
        partitionIndex: int32('0+', 'The partition.'),
        replicas: list('int32', '0+', 'All replicas that it has now, old and new.'),
        addingReplicas: list('int32', '0+', 'Those to come.'),
        removingReplicas: list('int32', '0+', 'Those to go.'),
      }),
    }),
  },
);

export type ListPartitionReassignmentsRequest = Infer<typeof listPartitionReassignmentsRequest>;
export type ListPartitionReassignmentsResponse = Infer<typeof listPartitionReassignmentsResponse>;

export const listPartitionReassignmentsApi = api(
  ApiKey.ListPartitionReassignments,
  ['broker', 'controller'],
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
);

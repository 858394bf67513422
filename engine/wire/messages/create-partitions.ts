import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, list, string, struct } from '../schema.ts';

export const createPartitionsRequest = struct(
  'CreatePartitionsRequest',
  { versions: '0-3', flexible: '2+' },
  {
    topics: array('0+', 'Topics to enlarge.', {
      name: string('0+', 'The topic.'),
      count: int32('0+', 'How many partitions it has afterwards, all told.'),
      assignments: array(
        '0+',
        'Placement of each new partition by hand, in their order; null lets the controller place.',
        { brokerIds: list('int32', '0+', 'Its replicas, preferred leader first.') },
        { nullable: '0+' },
      ),
    }),
    timeoutMs: int32('0+', 'How long to wait for the new partitions.'),
    validateOnly: bool('0+', 'Say what would happen, create nothing.'),
  },
);

export const createPartitionsResponse = struct(
  'CreatePartitionsResponse',
  { versions: '0-3', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    results: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      errorCode: int16('0+', 'Verdict on the topic.'),
      errorMessage: string('0+', 'What is wrong with it.', { nullable: '0+', default: null }),
    }),
  },
);

export type CreatePartitionsRequest = Infer<typeof createPartitionsRequest>;
export type CreatePartitionsResponse = Infer<typeof createPartitionsResponse>;

export const createPartitionsApi = api(
  ApiKey.CreatePartitions,
  ['broker', 'controller'],
  createPartitionsRequest,
  createPartitionsResponse,
);

import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int8, int16, int32, list, string, struct, uuid } from '../schema.ts';

export const createTopicsRequest = struct(
  'CreateTopicsRequest',
  { versions: '2-7', flexible: '5+' },
  {
    topics: array('0+', 'What to create.', {
      name: string('0+', 'The topic.'),
      numPartitions: int32('0+', 'Partitions; -1 for the default, or with assignments.'),
      replicationFactor: int16('0+', 'Replicas of each; -1 for the default, or with assignments.'),
      assignments: array('0+', 'Placement by hand; empty lets the controller place.', {
        partitionIndex: int32('0+', 'The partition.'),
        brokerIds: list('int32', '0+', 'Its replicas, preferred leader first.'),
      }),
      configs: array('0+', 'Topic configurations.', {
        name: string('0+', 'The key.'),
        value: string('0+', 'The value.', { nullable: '0+' }),
      }),
    }),
    timeoutMs: int32('0+', 'How long to wait for the creation.', { default: 60_000 }),
    validateOnly: bool('1+', 'Say what would happen, create nothing.'),
  },
);

export const createTopicsResponse = struct(
  'CreateTopicsResponse',
  { versions: '2-7', flexible: '5+' },
  {
    throttleTimeMs: int32('2+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      topicId: uuid('7+', 'Its new id.', { ignorable: true }),
      errorCode: int16('0+', 'Verdict on the topic.'),
      errorMessage: string('1+', 'What is wrong with it.', { nullable: '0+', ignorable: true }),
      topicConfigErrorCode: int16('5+', 'Why the configuration is not told.', { tag: 0, ignorable: true }),
      numPartitions: int32('5+', 'Partitions created.', { default: -1, ignorable: true }),
      replicationFactor: int16('5+', 'Replicas of each.', { default: -1, ignorable: true }),
      configs: array(
        '5+',
        'The resulting configuration (KIP-525).',
        {
          name: string('5+', 'The key.'),
          value: string('5+', 'The value.', { nullable: '5+' }),
          readOnly: bool('5+', 'It cannot be changed.'),
          configSource: int8('5+', 'Which layer set it.', { default: -1, ignorable: true }),
          isSensitive: bool('5+', 'Its value is withheld.'),
        },
        { nullable: '5+', ignorable: true },
      ),
    }),
  },
);

export type CreateTopicsRequest = Infer<typeof createTopicsRequest>;
export type CreateTopicsResponse = Infer<typeof createTopicsResponse>;

export const createTopicsApi = api(
  ApiKey.CreateTopics,
  ['broker', 'controller'],
  createTopicsRequest,
  createTopicsResponse,
);

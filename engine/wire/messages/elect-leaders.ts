import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int8, int16, int32, list, string, struct } from '../schema.ts';

/** What `electionType` asks for (KIP-460). */
export const ElectionType = { PREFERRED: 0, UNCLEAN: 1 } as const;

export const electLeadersRequest = struct(
  'ElectLeadersRequest',
  { versions: '0-2', flexible: '2+' },
  {
    electionType: int8('1+', 'An ElectionType.'),
    topicPartitions: array(
      '0+',
      'Where to elect; null means everywhere.',
      {
        topic: string('0+', 'The topic.'),
        partitions: list('int32', '0+', 'Its partitions.'),
      },
      { nullable: '0+' },
    ),
    timeoutMs: int32('0+', 'How long to wait for the elections.', { default: 60_000 }),
  },
);

export const electLeadersResponse = struct(
  'ElectLeadersResponse',
  { versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('1+', 'Verdict on the whole request.'),
    replicaElectionResults: array('0+', 'One entry a topic.', {
      topic: string('0+', 'The topic.'),
      partitionResult: array('0+', 'One entry a partition.', {
        partitionId: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on its election.'),
        errorMessage: string('0+', 'What is wrong.', { nullable: '0+' }),
      }),
    }),
  },
);

export type ElectLeadersRequest = Infer<typeof electLeadersRequest>;
export type ElectLeadersResponse = Infer<typeof electLeadersResponse>;

export const electLeadersApi = api(
  ApiKey.ElectLeaders,
  ['broker', 'controller'],
  electLeadersRequest,
  electLeadersResponse,
);

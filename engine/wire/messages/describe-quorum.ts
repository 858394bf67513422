import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, string, struct, uint16, uuid } from '../schema.ts';

export const describeQuorumRequest = struct(
  'DescribeQuorumRequest',
  { versions: '0-2', flexible: '0+' },
  {
    topics: array('0+', 'The metadata topic.', {
      topicName: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', { partitionIndex: int32('0+', 'The partition.') }),
    }),
  },
);

const replicaState = {
  replicaId: int32('0+', 'The replica.'),
  replicaDirectoryId: uuid('2+', 'Its log directory (KIP-853).'),
  logEndOffset: int64('0+', "Its log end offset as the leader knows it, -1 when it doesn't."),
  lastFetchTimestamp: int64('1+', "When it last fetched, by the leader's wall clock; -1 for the leader.", {
    default: -1,
    ignorable: true,
  }),
  lastCaughtUpTimestamp: int64('1+', 'When the offset it last fetched from was appended; -1 unknown.', {
    default: -1,
    ignorable: true,
  }),
};

export const describeQuorumResponse = struct(
  'DescribeQuorumResponse',
  { versions: '0-2', flexible: '0+' },
  {
    errorCode: int16('0+', 'Verdict on the whole request.'),
    errorMessage: string('2+', 'What is wrong.', { nullable: '2+', ignorable: true }),
    topics: array('0+', 'The metadata topic.', {
      topicName: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the partition.'),
        errorMessage: string('2+', 'What is wrong with it.', { nullable: '2+', ignorable: true }),
        leaderId: int32('0+', 'The leader, -1 when unknown.'),
        leaderEpoch: int32('0+', 'The quorum epoch.'),
        highWatermark: int64('0+', 'The quorum has agreed below it.'),
        currentVoters: array('0+', 'Replicas that vote.', replicaState),
        observers: array('0+', 'Replicas that only read.', replicaState),
      }),
    }),
    nodes: array('2+', 'Where the voters are reached.', {
      nodeId: int32('2+', 'The voter.'),
      listeners: array('2+', 'Its listeners.', {
        name: string('2+', 'Name of the listener.'),
        host: string('2+', 'Where it is reached.'),
        port: uint16('2+', 'Its port there.'),
      }),
    }),
  },
);

export type DescribeQuorumRequest = Infer<typeof describeQuorumRequest>;
export type DescribeQuorumResponse = Infer<typeof describeQuorumResponse>;

export const describeQuorumApi = api(
  ApiKey.DescribeQuorum,
  ['broker', 'controller'],
  describeQuorumRequest,
  describeQuorumResponse,
);

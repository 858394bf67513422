import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, string, struct, uint16, uuid } from '../schema.ts';

/** A new leader makes itself known to the voters, and again to those who stay silent. */
export const beginQuorumEpochRequest = struct(
  'BeginQuorumEpochRequest',
  { versions: '0-1', flexible: '1+' },
  {
    clusterId: string('0+', 'The cluster, if known.', { nullable: '0+', default: null }),
    voterId: int32('1+', 'Who is told.', { default: -1, ignorable: true }),
    topics: array('0+', 'The metadata topic.', {
      topicName: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        voterDirectoryId: uuid('1+', "The told one's log directory.", { ignorable: true }),
        leaderId: int32('0+', 'The leader.'),
        leaderEpoch: int32('0+', 'Its quorum epoch.'),
      }),
    }),
    leaderEndpoints: array(
      '1+',
      'Where the leader is reached.',
      {
        name: string('1+', 'Name of the listener.'),
        host: string('1+', 'Its host.'),
        port: uint16('1+', 'Its port there.'),
      },
      { ignorable: true },
    ),
  },
);

export const beginQuorumEpochResponse = struct(
  'BeginQuorumEpochResponse',
  { versions: '0-1', flexible: '1+' },
  {
    errorCode: int16('0+', 'Verdict on the whole request.'),
    topics: array('0+', 'The metadata topic.', {
      topicName: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the partition.'),
        leaderId: int32('0+', 'The leader the answerer knows, -1 for none.'),
        leaderEpoch: int32('0+', "The answerer's quorum epoch."),
      }),
    }),
    nodeEndpoints: array(
      '1+',
      'Where the leader is reached.',
      {
        nodeId: int32('1+', 'The node.'),
        host: string('1+', 'Its host.'),
        port: uint16('1+', 'Its port there.'),
      },
      { tag: 0 },
    ),
  },
);

export type BeginQuorumEpochRequest = Infer<typeof beginQuorumEpochRequest>;
export type BeginQuorumEpochResponse = Infer<typeof beginQuorumEpochResponse>;

export const beginQuorumEpochApi = api(
  ApiKey.BeginQuorumEpoch,
  ['controller'],
  beginQuorumEpochRequest,
  beginQuorumEpochResponse,
);

import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, list, string, struct, uint16, uuid } from '../schema.ts';

/** A leader resigns and says who should stand first. */
export const endQuorumEpochRequest = struct(
  'EndQuorumEpochRequest',
  { versions: '0-1', flexible: '1+' },
  {
    clusterId: string('0+', 'The cluster, if known.', { nullable: '0+', default: null }),
    topics: array('0+', 'The metadata topic.', {
      topicName: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        leaderId: int32('0+', 'The leader that resigns.'),
        leaderEpoch: int32('0+', 'Its quorum epoch.'),
        preferredSuccessors: list('int32', '0', 'Who should stand, best first.', { ignorable: true }),
        preferredCandidates: array(
          '1+',
          'Who should stand, best first.',
          {
            candidateId: int32('1+', 'The voter.'),
            candidateDirectoryId: uuid('1+', 'Its log directory.'),
          },
          { ignorable: true },
        ),
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

export const endQuorumEpochResponse = struct(
  'EndQuorumEpochResponse',
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

export type EndQuorumEpochRequest = Infer<typeof endQuorumEpochRequest>;
export type EndQuorumEpochResponse = Infer<typeof endQuorumEpochResponse>;

export const endQuorumEpochApi = api(
  ApiKey.EndQuorumEpoch,
  ['controller'],
  endQuorumEpochRequest,
  endQuorumEpochResponse,
);

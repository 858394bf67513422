import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, int64, string, struct, uint16, uuid } from '../schema.ts';

/** A candidate asks for a vote; a prospective, whether it would get one (v2, KIP-996). */
export const voteRequest = struct(
  'VoteRequest',
  { versions: '0-2', flexible: '0+' },
  {
    clusterId: string('0+', 'The cluster, if known.', { nullable: '0+', default: null }),
    voterId: int32('1+', 'Who is asked; a wrong one answers INVALID_VOTER_KEY.', {
      default: -1,
      ignorable: true,
    }),
    topics: array('0+', 'The metadata topic.', {
      topicName: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        replicaEpoch: int32('0+', 'The quorum epoch the asker stands in.'),
        replicaId: int32('0+', 'The asker.'),
        replicaDirectoryId: uuid('1+', "The asker's log directory.", { ignorable: true }),
        voterDirectoryId: uuid('1+', "The asked one's log directory.", { ignorable: true }),
        lastOffsetEpoch: int32('0+', "Epoch of the asker's last record."),
        lastOffset: int64('0+', "The asker's log end offset."),
        preVote: bool('2+', 'Nothing is promised and nothing written down.'),
      }),
    }),
  },
);

export const voteResponse = struct(
  'VoteResponse',
  { versions: '0-2', flexible: '0+' },
  {
    errorCode: int16('0+', 'Verdict on the whole request.'),
    topics: array('0+', 'The metadata topic.', {
      topicName: string('0+', 'Its name.'),
      partitions: array('0+', 'Its partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'Verdict on the partition.'),
        leaderId: int32('0+', 'The leader the asked one knows, -1 for none.'),
        leaderEpoch: int32('0+', "The asked one's quorum epoch."),
        voteGranted: bool('0+', 'The vote is given.'),
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

export type VoteRequest = Infer<typeof voteRequest>;
export type VoteResponse = Infer<typeof voteResponse>;

export const voteApi = api(ApiKey.Vote, ['controller'], voteRequest, voteResponse);

import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, string, struct, uuid } from '../schema.ts';

/** Commits positions of a group as part of a transaction (KIP-98, KIP-447, KIP-1319). */
export const txnOffsetCommitRequest = struct(
  'TxnOffsetCommitRequest',
  { versions: '0-6', flexible: '3+' },
  {
    transactionalId: string('0+', 'The transactional id.'),
    groupId: string('0+', 'The group.'),
    producerId: int64('0+', 'The producer.'),
    producerEpoch: int16('0+', 'Its epoch.'),
    generationIdOrMemberEpoch: int32(
      '3+',
      'Generation of a classic member, epoch of a consumer member; -1: not a member.',
      { default: -1 },
    ),
    memberId: string('3+', 'The member; empty before it has an id.'),
    groupInstanceId: string('3+', 'The static member’s own name (KIP-345); null: dynamic.', {
      default: null,
      nullable: '3+',
    }),
    topics: array('0+', 'One entry a topic.', {
      name: string('0-5', 'The topic.', { ignorable: true }),
      topicId: uuid('6+', 'The topic’s id.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        committedOffset: int64('0+', 'The next record to be read.'),
        committedLeaderEpoch: int32('2+', 'Of the last record read; -1: not known.', {
          default: -1,
          ignorable: true,
        }),
        committedMetadata: string('0+', 'What the application adds.', { nullable: '0+' }),
      }),
    }),
  },
);

export const txnOffsetCommitResponse = struct(
  'TxnOffsetCommitResponse',
  { versions: '0-6', flexible: '3+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    topics: array('0+', 'One entry a topic.', {
      name: string('0-5', 'The topic.', { ignorable: true }),
      topicId: uuid('6+', 'The topic’s id.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'The verdict.'),
      }),
    }),
  },
);

export type TxnOffsetCommitRequest = Infer<typeof txnOffsetCommitRequest>;
export type TxnOffsetCommitResponse = Infer<typeof txnOffsetCommitResponse>;

export const txnOffsetCommitApi = api(
  ApiKey.TxnOffsetCommit,
  ['broker'],
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
);

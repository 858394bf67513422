import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, string, struct, uuid } from '../schema.ts';

/** Commits positions of a group (KIP-211, KIP-848). */
export const offsetCommitRequest = struct(
  'OffsetCommitRequest',
  { versions: '2-10', flexible: '8+' },
  {
    groupId: string('0+', 'The group.'),
    generationIdOrMemberEpoch: int32(
      '1+',
      'Generation of a classic member, epoch of a consumer member; -1: not a member.',
      { default: -1, ignorable: true },
    ),
    memberId: string('1+', 'The member; empty before it has an id.', { ignorable: true }),
    groupInstanceId: string('7+', 'The static member’s own name (KIP-345); null: dynamic.', {
      default: null,
      nullable: '7+',
    }),
    retentionTimeMs: int64('2-4', 'How long to keep the offsets, ms; -1: as the broker does.', {
      default: -1,
      ignorable: true,
    }),
    topics: array('0+', 'One entry a topic.', {
      name: string('0-9', 'The topic.', { ignorable: true }),
      topicId: uuid('10+', 'The topic’s id.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        committedOffset: int64('0+', 'The next record to be read.'),
        committedLeaderEpoch: int32('6+', 'Of the last record read; -1: not known.', {
          default: -1,
          ignorable: true,
        }),
        committedMetadata: string('0+', 'What the application adds.', { nullable: '0+' }),
      }),
    }),
  },
);

export const offsetCommitResponse = struct(
  'OffsetCommitResponse',
  { versions: '2-10', flexible: '8+' },
  {
    throttleTimeMs: int32('3+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    topics: array('0+', 'One entry a topic.', {
      name: string('0-9', 'The topic.', { ignorable: true }),
      topicId: uuid('10+', 'The topic’s id.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'The verdict.'),
      }),
    }),
  },
);

export type OffsetCommitRequest = Infer<typeof offsetCommitRequest>;
export type OffsetCommitResponse = Infer<typeof offsetCommitResponse>;

export const offsetCommitApi = api(
  ApiKey.OffsetCommit,
  ['broker'],
  offsetCommitRequest,
  offsetCommitResponse,
);

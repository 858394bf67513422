import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, int64, list, string, struct, uuid } from '../schema.ts';

/** Committed positions of groups (KIP-447, KIP-709, KIP-848). */
export const offsetFetchRequest = struct(
  'OffsetFetchRequest',
  { versions: '1-10', flexible: '6+' },
  {
    groupId: string('0-7', 'The group.'),
    topics: array(
      '0-7',
      'What to fetch; null: everything.',
      {
        name: string('0-7', 'The topic.'),
        partitionIndexes: list('int32', '0-7', 'Its partitions.'),
      },
      { nullable: '2-7' },
    ),
    groups: array('8+', 'One entry a group (KIP-709).', {
      groupId: string('8+', 'The group.'),
      memberId: string('9+', 'The member; empty before it has an id.', {
        default: null,
        nullable: '9+',
        ignorable: true,
      }),
      memberEpoch: int32('9+', 'The member’s epoch.', { default: -1, ignorable: true }),
      topics: array(
        '8+',
        'What to fetch; null: everything.',
        {
          name: string('8-9', 'The topic.', { ignorable: true }),
          topicId: uuid('10+', 'The topic’s id.', { ignorable: true }),
          partitionIndexes: list('int32', '8+', 'Its partitions.'),
        },
        { nullable: '8+' },
      ),
    }),
    requireStable: bool('7+', 'Offsets that a transaction may still change are refused (KIP-447).'),
  },
);

export const offsetFetchResponse = struct(
  'OffsetFetchResponse',
  { versions: '1-10', flexible: '6+' },
  {
    throttleTimeMs: int32('3+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    topics: array('0-7', 'One entry a topic.', {
      name: string('0-7', 'The topic.'),
      partitions: array('0-7', 'One entry a partition.', {
        partitionIndex: int32('0-7', 'The partition.'),
        committedOffset: int64('0-7', 'The next record to be read; -1: nothing is committed.'),
        committedLeaderEpoch: int32('5-7', 'Of the last record read; -1: not known.', {
          default: -1,
          ignorable: true,
        }),
        metadata: string('0-7', 'What the application had added.', { nullable: '0-7' }),
        errorCode: int16('0-7', 'The verdict.'),
      }),
    }),
    errorCode: int16('2-7', 'The verdict.', { ignorable: true }),
    groups: array('8+', 'One entry a group (KIP-709).', {
      groupId: string('8+', 'The group.'),
      topics: array('8+', 'One entry a topic.', {
        name: string('8-9', 'The topic.', { ignorable: true }),
        topicId: uuid('10+', 'The topic’s id.', { ignorable: true }),
        partitions: array('8+', 'One entry a partition.', {
          partitionIndex: int32('8+', 'The partition.'),
          committedOffset: int64('8+', 'The next record to be read; -1: nothing is committed.'),
          committedLeaderEpoch: int32('8+', 'Of the last record read; -1: not known.', {
            default: -1,
            ignorable: true,
          }),
          metadata: string('8+', 'What the application had added.', { nullable: '8+' }),
          errorCode: int16('8+', 'The verdict.'),
        }),
      }),
      errorCode: int16('8+', 'The verdict.'),
    }),
  },
);

export type OffsetFetchRequest = Infer<typeof offsetFetchRequest>;
export type OffsetFetchResponse = Infer<typeof offsetFetchResponse>;

export const offsetFetchApi = api(ApiKey.OffsetFetch, ['broker'], offsetFetchRequest, offsetFetchResponse);

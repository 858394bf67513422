import { type Infer, int32, int64, string, struct, uuid } from '../../../wire/index.ts';

/** A committed position. */
export const offsetCommitKey = struct(
  'OffsetCommitKey',
  { versions: '0', flexible: 'none' },
  {
    group: string('0', 'The group.'),
    topic: string('0', 'The topic.'),
    partition: int32('0', 'The partition.'),
  },
);

export const offsetCommitValue = struct(
  'OffsetCommitValue',
  { versions: '0-4', flexible: '4+' },
  {
    offset: int64('0+', 'The next record to be read.'),
    leaderEpoch: int32('3+', 'Of the last record read; -1: not known.', { default: -1, ignorable: true }),
    metadata: string('0+', 'What the application adds.'),
    commitTimestamp: int64('0+', 'When it was committed, ms.'),
    expireTimestamp: int64('1', 'When it ends, ms; -1: by the broker’s rule.', {
      default: -1,
      ignorable: true,
    }),
    topicId: uuid('4+', 'The topic’s id; zero: not known.', { tag: 0, ignorable: true }),
  },
);

export type OffsetCommitKey = Infer<typeof offsetCommitKey>;
export type OffsetCommitValue = Infer<typeof offsetCommitValue>;

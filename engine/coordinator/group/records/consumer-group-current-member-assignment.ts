import { array, type Infer, int8, int32, list, string, struct, uuid } from '../../../wire/index.ts';

/** What a member has, and has yet to give up. */
export const consumerGroupCurrentMemberAssignmentKey = struct(
  'ConsumerGroupCurrentMemberAssignmentKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0', 'The group.'),
    memberId: string('0', 'The member.'),
  },
);

export const consumerGroupCurrentMemberAssignmentValue = struct(
  'ConsumerGroupCurrentMemberAssignmentValue',
  { versions: '0', flexible: '0+' },
  {
    memberEpoch: int32('0+', 'The member’s epoch.'),
    previousMemberEpoch: int32('0+', 'The epoch before, for answers that were lost.'),
    state: int8('0+', 'A `MemberState` by number.'),
    assignedPartitions: array('0+', 'What it may use.', {
      topicId: uuid('0+', 'The topic’s id.'),
      partitions: list('int32', '0+', 'Its partitions.'),
      assignmentEpochs: list(
        'int32',
        '0+',
        'For each partition the epoch in which it was given (KIP-1251).',
        { nullable: '0+', tag: 0 },
      ),
    }),
    partitionsPendingRevocation: array('0+', 'What it has been asked to give up.', {
      topicId: uuid('0+', 'The topic’s id.'),
      partitions: list('int32', '0+', 'Its partitions.'),
      assignmentEpochs: list(
        'int32',
        '0+',
        'For each partition the epoch in which it was given (KIP-1251).',
        { nullable: '0+', tag: 0 },
      ),
    }),
  },
);

export type ConsumerGroupCurrentMemberAssignmentKey = Infer<typeof consumerGroupCurrentMemberAssignmentKey>;
export type ConsumerGroupCurrentMemberAssignmentValue = Infer<
  typeof consumerGroupCurrentMemberAssignmentValue
>;

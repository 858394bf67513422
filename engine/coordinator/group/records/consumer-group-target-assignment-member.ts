import { array, type Infer, list, string, struct, uuid } from '../../../wire/index.ts';

/** What a member shall have. */
export const consumerGroupTargetAssignmentMemberKey = struct(
  'ConsumerGroupTargetAssignmentMemberKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0', 'The group.'),
    memberId: string('0', 'The member.'),
  },
);

export const consumerGroupTargetAssignmentMemberValue = struct(
  'ConsumerGroupTargetAssignmentMemberValue',
  { versions: '0', flexible: '0+' },
  {
    topicPartitions: array('0+', 'One entry a topic.', {
      topicId: uuid('0+', 'The topic’s id.'),
      partitions: list('int32', '0+', 'Its partitions.'),
    }),
  },
);

export type ConsumerGroupTargetAssignmentMemberKey = Infer<typeof consumerGroupTargetAssignmentMemberKey>;
export type ConsumerGroupTargetAssignmentMemberValue = Infer<typeof consumerGroupTargetAssignmentMemberValue>;

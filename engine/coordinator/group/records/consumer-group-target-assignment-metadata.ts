import { type Infer, int32, int64, string, struct } from '../../../wire/index.ts';

/** The group epoch that the target assignment is for. */
export const consumerGroupTargetAssignmentMetadataKey = struct(
  'ConsumerGroupTargetAssignmentMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0', 'The group.'),
  },
);

export const consumerGroupTargetAssignmentMetadataValue = struct(
  'ConsumerGroupTargetAssignmentMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    assignmentEpoch: int32('0+', 'The group epoch that the assignment is for.'),
    assignmentTimestamp: int64('0+', 'When it was computed, ms.', { tag: 0, ignorable: true }),
  },
);

export type ConsumerGroupTargetAssignmentMetadataKey = Infer<typeof consumerGroupTargetAssignmentMetadataKey>;
export type ConsumerGroupTargetAssignmentMetadataValue = Infer<
  typeof consumerGroupTargetAssignmentMetadataValue
>;

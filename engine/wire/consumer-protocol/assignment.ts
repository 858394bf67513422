import { array, bytes, type Infer, list, string, struct } from '../schema.ts';

/** What the leader of a classic consumer group gives a member in SyncGroup. */
export const consumerProtocolAssignment = struct(
  'ConsumerProtocolAssignment',
  { versions: '0-3', flexible: 'none' },
  {
    assignedPartitions: array('0+', 'What it may use.', {
      topic: string('0+', 'The topic.'),
      partitions: list('int32', '0+', 'Its partitions.'),
    }),
    userData: bytes('0+', 'What an assignor adds; null: nothing.', { default: null, nullable: '0+' }),
  },
);

export type ConsumerProtocolAssignment = Infer<typeof consumerProtocolAssignment>;

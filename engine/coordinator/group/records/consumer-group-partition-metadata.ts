import { array, type Infer, int32, list, string, struct, uuid } from '../../../wire/index.ts';

/** Topics as older brokers remembered them; newer ones keep a hash. */
export const consumerGroupPartitionMetadataKey = struct(
  'ConsumerGroupPartitionMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0', 'The group.'),
  },
);

export const consumerGroupPartitionMetadataValue = struct(
  'ConsumerGroupPartitionMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    topics: array('0+', 'One entry a topic.', {
      topicId: uuid('0+', 'The topic’s id.'),
      topicName: string('0+', 'The topic.'),
      numPartitions: int32('0+', 'How many partitions it had.'),
      partitionMetadata: array('0+', 'One entry a partition.', {
        partition: int32('0+', 'The partition.'),
        racks: list('string', '0+', 'Where its replicas stand.'),
      }),
    }),
  },
);

export type ConsumerGroupPartitionMetadataKey = Infer<typeof consumerGroupPartitionMetadataKey>;
export type ConsumerGroupPartitionMetadataValue = Infer<typeof consumerGroupPartitionMetadataValue>;

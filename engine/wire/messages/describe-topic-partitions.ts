import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, list, object, string, struct, uuid } from '../schema.ts';
import { OPERATIONS_NOT_REQUESTED } from './metadata.ts';

const cursor = {
  topicName: string('0+', 'The topic to go on with.'),
  partitionIndex: int32('0+', 'Its partition to go on with.'),
};

/** Topics in pages, with eligible leader replicas (KIP-966). */
export const describeTopicPartitionsRequest = struct(
  'DescribeTopicPartitionsRequest',
  { versions: '0', flexible: '0+' },
  {
    topics: array('0+', 'Topics asked about; empty asks for all.', { name: string('0+', 'The topic.') }),
    responsePartitionLimit: int32('0+', 'Partitions a page may hold.', { default: 2000 }),
    cursor: object('0+', 'Where the page begins, null at the start.', cursor, {
      nullable: '0+',
      default: null,
    }),
  },
);

export const describeTopicPartitionsResponse = struct(
  'DescribeTopicPartitionsResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    topics: array('0+', 'One entry a topic.', {
      errorCode: int16('0+', 'Verdict on the topic.'),
      name: string('0+', 'The topic.', { nullable: '0+' }),
      topicId: uuid('0+', 'Its id.', { ignorable: true }),
      isInternal: bool('0+', 'One of the topics Kafka keeps for itself.', { ignorable: true }),
      partitions: array('0+', 'One entry a partition.', {
        errorCode: int16('0+', 'Verdict on the partition.'),
        partitionIndex: int32('0+', 'The partition.'),
        leaderId: int32('0+', 'Its leader, -1 when it has none.'),
        leaderEpoch: int32('0+', 'Epoch of that leadership.', { default: -1, ignorable: true }),
        replicaNodes: list('int32', '0+', 'All replicas, preferred leader first.'),
        isrNodes: list('int32', '0+', 'Replicas in sync.'),
        eligibleLeaderReplicas: list('int32', '0+', 'Out of sync, yet sure to hold all that is replicated.', {
          nullable: '0+',
          default: null,
        }),
        lastKnownElr: list('int32', '0+', 'Last eligible ones, lost to an unclean shutdown.', {
          nullable: '0+',
          default: null,
        }),
        offlineReplicas: list('int32', '0+', 'Replicas on dead brokers or disks.', { ignorable: true }),
      }),
      topicAuthorizedOperations: int32('0+', "Bit field of the caller's rights.", {
        default: OPERATIONS_NOT_REQUESTED,
      }),
    }),
    nextCursor: object('0+', 'Where the next page begins, null at the end.', cursor, {
      nullable: '0+',
      default: null,
    }),
  },
);

export type DescribeTopicPartitionsRequest = Infer<typeof describeTopicPartitionsRequest>;
export type DescribeTopicPartitionsResponse = Infer<typeof describeTopicPartitionsResponse>;

export const describeTopicPartitionsApi = api(
  ApiKey.DescribeTopicPartitions,
  ['broker'],
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
);

import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, list, string, struct } from '../schema.ts';

/** Producers that a partition knows (KIP-664). */
export const describeProducersRequest = struct(
  'DescribeProducersRequest',
  { versions: '0', flexible: '0+' },
  {
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitionIndexes: list('int32', '0+', 'Its partitions.'),
    }),
  },
);

export const describeProducersResponse = struct(
  'DescribeProducersResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    topics: array('0+', 'One entry a topic.', {
      name: string('0+', 'The topic.'),
      partitions: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        errorCode: int16('0+', 'The verdict.'),
        errorMessage: string('0+', 'The verdict in words; null when there is nothing to add.', {
          default: null,
          nullable: '0+',
        }),
        activeProducers: array('0+', 'One entry a producer.', {
          producerId: int64('0+', 'The producer.'),
          producerEpoch: int32('0+', 'Its epoch.'),
          lastSequence: int32('0+', 'Of its last record; -1: none.', { default: -1 }),
          lastTimestamp: int64('0+', 'Of its last record, ms; -1: none.', { default: -1 }),
          coordinatorEpoch: int32('0+', 'Of the transaction coordinator; -1: none.'),
          currentTxnStartOffset: int64('0+', 'Where its open transaction begins; -1: none.', { default: -1 }),
        }),
      }),
    }),
  },
);

export type DescribeProducersRequest = Infer<typeof describeProducersRequest>;
export type DescribeProducersResponse = Infer<typeof describeProducersResponse>;

export const describeProducersApi = api(
  ApiKey.DescribeProducers,
  ['broker'],
  describeProducersRequest,
  describeProducersResponse,
);

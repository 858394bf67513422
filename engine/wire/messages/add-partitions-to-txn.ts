import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, bool, type Infer, int16, int32, int64, list, string, struct } from '../schema.ts';

/** Takes partitions into a transaction: version 3 and below from clients, above from brokers (KIP-890). */
export const addPartitionsToTxnRequest = struct(
  'AddPartitionsToTxnRequest',
  { versions: '0-5', flexible: '3+' },
  {
    transactions: array('4+', 'One entry a transaction: from a broker.', {
      transactionalId: string('4+', 'The transactional id.'),
      producerId: int64('4+', 'The producer.'),
      producerEpoch: int16('4+', 'Its epoch.'),
      verifyOnly: bool('4+', 'Ask whether they are in it, and add nothing (KIP-890).'),
      topics: array('4+', 'One entry a topic.', {
        name: string('0+', 'The topic.'),
        partitions: list('int32', '0+', 'One entry a partition.'),
      }),
    }),
    v3AndBelowTransactionalId: string('0-3', 'The transactional id, from a client.'),
    v3AndBelowProducerId: int64('0-3', 'The producer, from a client.'),
    v3AndBelowProducerEpoch: int16('0-3', 'Its epoch, from a client.'),
    v3AndBelowTopics: array('0-3', 'What to add, from a client.', {
      name: string('0+', 'The topic.'),
      partitions: list('int32', '0+', 'One entry a partition.'),
    }),
  },
);

export const addPartitionsToTxnResponse = struct(
  'AddPartitionsToTxnResponse',
  { versions: '0-5', flexible: '3+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    errorCode: int16('4+', 'The verdict.', { ignorable: true }),
    resultsByTransaction: array('4+', 'One entry a transaction.', {
      transactionalId: string('4+', 'The transactional id.'),
      topicResults: array('4+', 'One entry a topic.', {
        name: string('0+', 'The topic.'),
        resultsByPartition: array('0+', 'One entry a partition.', {
          partitionIndex: int32('0+', 'The partition.'),
          partitionErrorCode: int16('0+', 'The verdict.'),
        }),
      }),
    }),
    resultsByTopicV3AndBelow: array('0-3', 'One entry a topic, to a client.', {
      name: string('0+', 'The topic.'),
      resultsByPartition: array('0+', 'One entry a partition.', {
        partitionIndex: int32('0+', 'The partition.'),
        partitionErrorCode: int16('0+', 'The verdict.'),
      }),
    }),
  },
);

export type AddPartitionsToTxnRequest = Infer<typeof addPartitionsToTxnRequest>;
export type AddPartitionsToTxnResponse = Infer<typeof addPartitionsToTxnResponse>;

export const addPartitionsToTxnApi = api(
  ApiKey.AddPartitionsToTxn,
  ['broker'],
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
);

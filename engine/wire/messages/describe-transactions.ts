import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, int64, list, string, struct } from '../schema.ts';

/** Transactions by their ids (KIP-664). */
export const describeTransactionsRequest = struct(
  'DescribeTransactionsRequest',
  { versions: '0', flexible: '0+' },
  {
    transactionalIds: list('string', '0+', 'The transactional ids.'),
  },
);

export const describeTransactionsResponse = struct(
  'DescribeTransactionsResponse',
  { versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32('0+', 'How long the quota holds the client back, ms.'),
    transactionStates: array('0+', 'One entry a transaction.', {
      errorCode: int16('0+', 'The verdict.'),
      transactionalId: string('0+', 'The transactional id.'),
      transactionState: string('0+', 'The state of the transaction.'),
      transactionTimeoutMs: int32('0+', 'After which the coordinator aborts what is open, ms.'),
      transactionStartTimeMs: int64('0+', 'When it began, ms; -1: it has not.'),
      producerId: int64('0+', 'The producer.'),
      producerEpoch: int16('0+', 'Its epoch.'),
      topics: array('0+', 'One entry a topic.', {
        topic: string('0+', 'The topic.'),
        partitions: list('int32', '0+', 'Its partitions.'),
      }),
    }),
  },
);

export type DescribeTransactionsRequest = Infer<typeof describeTransactionsRequest>;
export type DescribeTransactionsResponse = Infer<typeof describeTransactionsResponse>;

export const describeTransactionsApi = api(
  ApiKey.DescribeTransactions,
  ['broker'],
  describeTransactionsRequest,
  describeTransactionsResponse,
);

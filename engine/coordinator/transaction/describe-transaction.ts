import { type DescribeTransactionsResponse, ErrorCode } from '../../wire/index.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';
import { describeTransactionState } from './transaction-state.ts';

type Description = DescribeTransactionsResponse['transactionStates'][number];

/** One transactional id as `DescribeTransactions` tells it (KIP-664). */
export function describeTransaction({ fields, transactionalId }: TransactionMetadata): Description {
  return {
    errorCode: ErrorCode.NONE,
    transactionalId,
    transactionState: describeTransactionState(fields.state),
    transactionTimeoutMs: fields.txnTimeoutMs,
    transactionStartTimeMs: fields.txnStartTimestamp,
    producerId: fields.producerId,
    producerEpoch: fields.producerEpoch,
    topics: fields.topicPartitions.topics.map(({ partitions, topic }) => ({ topic, partitions })),
  };
}

export function describeTransactionError(transactionalId: string, errorCode: number): Description {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  };
}

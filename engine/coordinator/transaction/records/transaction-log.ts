import { array, type Infer, int8, int16, int32, int64, list, string, struct } from '../../../wire/index.ts';

/** A transactional id: its producer, and the transaction that is open. */
export const transactionLogKey = struct(
  'TransactionLogKey',
  { versions: '0', flexible: 'none' },
  {
    transactionalId: string('0', 'The transactional id.'),
  },
);

export const transactionLogValue = struct(
  'TransactionLogValue',
  { versions: '0-1', flexible: '1+' },
  {
    producerId: int64('0+', 'The producer.'),
    previousProducerId: int64('1+', 'The producer of the last committed transaction; -1: none.', {
      default: -1,
      tag: 0,
    }),
    nextProducerId: int64('1+', 'The producer that comes next; -1: the same.', { default: -1, tag: 1 }),
    producerEpoch: int16('0+', 'Its epoch.'),
    nextProducerEpoch: int16('1+', 'The epoch of the next producer; -1: none.', { default: -1, tag: 3 }),
    transactionTimeoutMs: int32('0+', 'After which the coordinator aborts what is open, ms.'),
    transactionStatus: int8('0+', 'A `TransactionState` by number.'),
    transactionPartitions: array(
      '0+',
      'One entry a topic; null: none.',
      {
        topic: string('0+', 'The topic.'),
        partitionIds: list('int32', '0+', 'Its partitions.'),
      },
      { nullable: '0+' },
    ),
    transactionLastUpdateTimestampMs: int64('0+', 'When it last changed, ms.'),
    transactionStartTimestampMs: int64('0+', 'When it began, ms; -1: it has not.'),
    clientTransactionVersion: int16('1+', 'The protocol that the client speaks.', { tag: 2 }),
  },
);

export type TransactionLogKey = Infer<typeof transactionLogKey>;
export type TransactionLogValue = Infer<typeof transactionLogValue>;

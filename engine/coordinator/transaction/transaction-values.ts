import { assert } from '../../machine/index.ts';
import { PartitionSet } from './partition-set.ts';
import type { TransactionLogValue, TransactionRecord } from './records/index.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID, type TransactionFields } from './transaction-metadata.ts';
import { TransactionState, transactionStateById } from './transaction-state.ts';
import { logValueVersion } from './transaction-version.ts';

/** What is written of a transition (`TransactionLog.valueToBytes`), as the finalized transaction.version allows. */
export function transactionRecord(
  transactionalId: string,
  fields: TransactionFields,
  transactionVersion: number,
): TransactionRecord {
  const version = logValueVersion(transactionVersion);
  const isFlexible = version >= 1;
  const value: TransactionLogValue = {
    producerId: fields.producerId,
    previousProducerId: isFlexible ? fields.prevProducerId : NO_PRODUCER_ID,
    nextProducerId: isFlexible ? fields.nextProducerId : NO_PRODUCER_ID,
    producerEpoch: fields.producerEpoch,
    nextProducerEpoch: NO_PRODUCER_EPOCH,
    transactionTimeoutMs: fields.txnTimeoutMs,
    transactionStatus: fields.state,
    transactionPartitions:
      fields.state === TransactionState.EMPTY
        ? null
        : fields.topicPartitions.topics.map(({ partitions, topic }) => ({ topic, partitionIds: partitions })),
    transactionLastUpdateTimestampMs: fields.txnLastUpdateTimestamp,
    transactionStartTimestampMs: fields.txnStartTimestamp,
    clientTransactionVersion: isFlexible ? fields.clientTransactionVersion : 0,
  };
  return { key: { transactionalId }, value, version };
}

/** The id is forgotten. */
export function transactionTombstone(transactionalId: string): TransactionRecord {
  return { key: { transactionalId }, value: null, version: 0 };
}

export function fieldsOfValue(value: TransactionLogValue): TransactionFields {
  const state = transactionStateById(value.transactionStatus);
  assert(state !== undefined, () => `${value.transactionStatus} is no state of a transaction`);
  const topics = (value.transactionPartitions ?? []).map(({ partitionIds, topic }) => ({
    topic,
    partitions: partitionIds,
  }));
  return {
    producerId: value.producerId,
    prevProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    txnTimeoutMs: value.transactionTimeoutMs,
    state,
    topicPartitions: state === TransactionState.EMPTY ? PartitionSet.EMPTY : PartitionSet.of(topics),
    txnStartTimestamp: value.transactionStartTimestampMs,
    txnLastUpdateTimestamp: value.transactionLastUpdateTimestampMs,
    clientTransactionVersion: value.clientTransactionVersion,
  };
}

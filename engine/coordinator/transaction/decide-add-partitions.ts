import { ErrorCode } from '../../wire/index.ts';
import type { PartitionSet } from './partition-set.ts';
import type { TransactionFields, TransactionMetadata } from './transaction-metadata.ts';
import { TransactionState } from './transaction-state.ts';

export interface AddPartitions {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: PartitionSet;
  readonly clientTransactionVersion: number;
}

/** Partitions join a transaction: the transition, or an error code; NONE when they are in already. */
export function decideAddPartitions(
  metadata: TransactionMetadata,
  { clientTransactionVersion, partitions, producerEpoch, producerId }: AddPartitions,
  nowMs: number,
): TransactionFields | number {
  // First of all: over a rotation the producer may use an id already that is only pending (TV2).
  if (metadata.pendingState !== null) return ErrorCode.CONCURRENT_TRANSACTIONS;
  const rejection = rejectProducer(metadata, producerId, producerEpoch);
  if (rejection !== ErrorCode.NONE) return rejection;
  const { state, topicPartitions } = metadata.fields;
  if (state === TransactionState.ONGOING && topicPartitions.hasAll(partitions)) return ErrorCode.NONE;
  return metadata.prepareAddPartitions(partitions, clientTransactionVersion, nowMs);
}

/** What is not in the transaction cannot be written in it: the client aborts. */
export function verifyPartition({ fields }: TransactionMetadata, topic: string, partition: number): number {
  return fields.topicPartitions.has(topic, partition) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE;
}

/**
 * An error code that goes for all partitions of a request, or NONE. Whether partitions are in a transaction (KIP-890
 * part 1) is asked with this alone: what is pending does not count there, since the append looks once more.
 */
export function rejectProducer(
  { fields }: TransactionMetadata,
  producerId: number,
  producerEpoch: number,
): number {
  if (fields.producerId !== producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  if (fields.producerEpoch !== producerEpoch) return ErrorCode.PRODUCER_FENCED;
  const { state } = fields;
  const isDecided = state === TransactionState.PREPARE_COMMIT || state === TransactionState.PREPARE_ABORT;
  return isDecided ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE;
}

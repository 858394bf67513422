/**
 * The transaction coordinator: which producer a transactional id has, which transaction it has open, and how that ends.
 *
 *     EMPTY ----> ONGOING ----> PREPARE_COMMIT --markers--> COMPLETE_COMMIT ----> EMPTY, ONGOING
 *                    |
 *                    `--------> PREPARE_ABORT ---markers--> COMPLETE_ABORT
 *
 * `transaction-state.ts` has the table of legal transitions, `transaction-metadata.ts` one id and its pending
 * transition, `decide-*.ts` what a request makes of an id, `transaction-shard.ts` the ids of one partition of
 * `__transaction_state`, `marker-sender.ts` the way of an outcome to the partitions, `producer-id-blocks.ts` the ids of
 * producers, `transaction-coordinator.ts` the public face.
 *
 * Invariants: one transition of an id is pending at most; a state shows when it is replicated, and what was not written
 * is taken back; a PREPARE state is left through COMPLETE only, after every partition acknowledged the marker or is
 * gone; a producer's epoch never goes down, except with a new producer id; who asks while something is pending hears
 * CONCURRENT_TRANSACTIONS.
 *
 * As in Kafka's trunk, and therefore here: a commit that crosses the abort of a time-out is answered INVALID_TXN_STATE,
 * which is fatal to the client (KAFKA-20785 changes that); under TV0 and TV1 a delayed EndTxn decides a later
 * transaction (KAFKA-17754); markers go out right after a load, before the end of the log is known to be replicated.
 *
 * What differs from Kafka: an append waits `request.timeout.ms`, not the transaction's own time-out; markers that were
 * refused are sent again after 100 ms, not at once.
 *
 * Kafka's counterparts: `TransactionCoordinator`, `TransactionStateManager`, `TransactionMarkerChannelManager`,
 * `TransactionMetadata`, `RPCProducerIdManager`. KIPs: 98, 360, 447, 588, 664, 730, 890, 939, 994, 1152, 1228.
 */
export { MarkerSender, type MarkerSenderOptions } from './marker-sender.ts';
export { PartitionSet, type TopicPartitions } from './partition-set.ts';
export { ProducerIdBlocks, type ProducerIdBlocksOptions } from './producer-id-blocks.ts';
export * from './records/index.ts';
export {
  type TransactionConfig,
  transactionConfigDefaults,
  transactionTopicConfigs,
} from './transaction-config.ts';
export {
  TRANSACTION_APIS,
  TransactionCoordinator,
  type TransactionCoordinatorOptions,
} from './transaction-coordinator.ts';
export { describeFields, type TransactionFields, TransactionMetadata } from './transaction-metadata.ts';
export { type ProducerAnswer, type ShardPorts, TransactionShard } from './transaction-shard.ts';
export { describeTransactionState, TransactionState } from './transaction-state.ts';
export { TransactionTimer } from './transaction-timer.ts';
export { bumpsEpoch, TRANSACTION_VERSION, TransactionVersion } from './transaction-version.ts';

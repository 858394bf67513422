/**
 * Clients as machines that speak only the protocol: a producer, a consumer, an admin.
 * What an application would do comes from a driver, what happened goes to a listener (`ports.ts`); brokers
 * are met only as messages through the exchange.
 *
 * A producer is idempotent when its configuration says so: `Idempotence` numbers batches as they first leave and keeps
 * them in order over retries. A `TransactionalProducer` is a thread that begins, sends, commits and aborts;
 * `TransactionSession` is the producer's side of a transaction, one request to a coordinator at a time.
 * A `Pipeline` is a process with one thread, a consumer and a transactional producer: it reads, transforms, writes and
 * commits positions and records together (KIP-447).
 *
 * A consumer with a group.id is a member of a group (`consumer/group/`), by the classic protocol or by KIP-848's: its
 * requests to the coordinator have a channel of their own, go on while the application works, and say who the member
 * was when they left. Callbacks run within polls. `consumer/assignor/` are the leader's assignors, as pure functions.
 *
 * Invariants: a record sent is told of exactly once, as acknowledged or failed; 'fail' means that it is
 * certainly not in the log; what a consumer hands out of one partition has rising offsets between two resets
 * or seeks; an idempotent producer's batches of a partition are in its log once each, in the order in which they were
 * sent, as long as none was given up; a commit that is told as ok is decided, one that failed is not, and 'unknown' is
 * said of every other.
 *
 * Kafka's counterparts: `KafkaProducer`, `RecordAccumulator`, `Sender`, `TransactionManager`, `TxnPartitionMap`,
 * `KafkaConsumer`, `SubscriptionState`, `Fetcher`, `OffsetFetcher`, `KafkaAdminClient`, `Metadata`. KIPs: 98, 101, 107,
 * 113, 219, 227, 320, 339, 360, 392, 447, 455, 480, 516, 580, 584, 588, 664, 679, 704, 794, 853, 890, 899, 951,
 * 994, 1050, 1102, 1106, 1123, 1142, 1152, 1242, 1319. Not here yet: two-phase commit (KIP-939).
 *
 * Groups: `ConsumerCoordinator`, `AbstractCoordinator`, `AbstractMembershipManager`, `CommitRequestManager`,
 * `ConsumerHeartbeatRequestManager`, the four assignors. KIPs: 54, 62, 345, 394, 429, 447, 814, 848, 881.
 *
 * Where it differs: a joining member of a KIP-848 group waits retry.backoff.ms after an error before its next
 * heartbeat, Java's does not; a coordinator just found is not looked for again within that time. An admin call is one
 * request with Kafka's retries around it, and its response comes back whole; Java's client splits calls over brokers
 * and puts the parts together again. A producer that cannot reach its coordinator waits for retry.backoff.ms before it
 * looks for it again; Java's asks without a pause. Batches expire while a request to a coordinator is under way;
 * Java's wait until it has come back.
 */
export { Admin, type AdminPorts, MAX_CALLS } from './admin/admin.ts';
export { type AdminConfig, adminConfig, adminConfigDefaults } from './admin/admin-config.ts';
export { type CallVerdict, firstError } from './admin/call-errors.ts';
export * from './admin/cluster-calls.ts';
export * from './admin/config-calls.ts';
export * from './admin/group-calls.ts';
export * from './admin/log-dir-calls.ts';
export * from './admin/partition-calls.ts';
export * from './admin/quorum-calls.ts';
export * from './admin/reassignment-calls.ts';
export * from './admin/topic-calls.ts';
export * from './admin/transaction-calls.ts';
export { type ClientConfig, clientConfigDefaults } from './client-config.ts';
export { ClientTimer } from './client-timer.ts';
export {
  type ConsumedPartitionView,
  Consumer,
  type ConsumerPorts,
  MAX_ACTIONS_PER_STEP,
} from './consumer/consumer.ts';
export {
  type ConsumerConfig,
  consumerConfig,
  consumerConfigDefaults,
} from './consumer/consumer-config.ts';
export {
  type OffsetResetPolicy,
  type OffsetResetSetting,
  parseIsoDurationMs,
  parseOffsetReset,
} from './consumer/offset-reset.ts';
export {
  ConsumeTransformProduce,
  type ConsumeTransformProducePorts,
} from './pipeline/consume-transform-produce.ts';
export { MAX_PIPELINE_ACTIONS_PER_STEP, Pipeline, type PipelinePorts } from './pipeline/pipeline.ts';
export * from './ports.ts';
export { murmur2, partitionForKey } from './producer/murmur2.ts';
export { MAX_RECORDS_PER_STEP, Producer, type ProducerPorts } from './producer/producer.ts';
export {
  acksOf,
  idempotenceProblem,
  isIdempotent,
  type ProducerConfig,
  producerConfig,
  producerConfigDefaults,
} from './producer/producer-config.ts';
export type { ProducerStage } from './producer/producer-state.ts';
export {
  MAX_TRANSACTION_ACTIONS_PER_STEP,
  TransactionalProducer,
  type TransactionalProducerPorts,
} from './producer/transactional-producer.ts';

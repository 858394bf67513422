/**
 * Clients as machines that speak only the protocol: a producer, a consumer of assigned partitions, an admin.
 * What an application would do comes from a driver, what happened goes to a listener (`ports.ts`); brokers
 * are met only as messages through the exchange.
 *
 * Invariants: a record sent is told of exactly once, as acknowledged or failed; 'fail' means that it is
 * certainly not in the log; what a consumer hands out of one partition has rising offsets between two resets
 * or seeks.
 *
 * Kafka's counterparts: `KafkaProducer`, `RecordAccumulator`, `Sender`, `KafkaConsumer`, `SubscriptionState`,
 * `Fetcher`, `OffsetFetcher`, `KafkaAdminClient`, `Metadata`. KIPs: 101, 107, 113, 219, 227, 320, 339, 392,
 * 455, 480, 516, 580, 584, 704, 794, 853, 899, 951, 1102, 1106, 1123, 1142, 1242. Not here yet: idempotence
 * and transactions, groups.
 *
 * Where it differs: an admin call is one request with Kafka's retries around it, and its response comes back
 * whole; Java's client splits calls over brokers and puts the parts together again.
 */
export { Admin, type AdminPorts, MAX_CALLS } from './admin/admin.ts';
export { type AdminConfig, adminConfig, adminConfigDefaults } from './admin/admin-config.ts';
export { type CallVerdict, firstError } from './admin/call-errors.ts';
export * from './admin/cluster-calls.ts';
export * from './admin/config-calls.ts';
export * from './admin/log-dir-calls.ts';
export * from './admin/partition-calls.ts';
export * from './admin/quorum-calls.ts';
export * from './admin/reassignment-calls.ts';
export * from './admin/topic-calls.ts';
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
export * from './ports.ts';
export { murmur2, partitionForKey } from './producer/murmur2.ts';
export { MAX_RECORDS_PER_STEP, Producer, type ProducerPorts } from './producer/producer.ts';
export {
  acksOf,
  type ProducerConfig,
  producerConfig,
  producerConfigDefaults,
} from './producer/producer-config.ts';

/**
 * The cluster image: what the metadata log says (Kafka's `metadata` module, `org.apache.kafka.image`).
 *
 * Owns the metadata records as values and as bytes, `ClusterImage` (replay, clone, snapshot), `MetadataDelta` (what a
 * range of records changed), `MetadataLoader` (batches in, transactions held back until they end), and the effective
 * configuration of topics and brokers: definitions, validation, layers (`TopicConfigs` keeps what was worked out).
 *
 * Invariants: an image is a function of the records replayed; a registration is a value and is never mutated; ISR and
 * ELR are sorted and disjoint; the partition epoch rises with every change of a partition.
 *
 * KIP-500, 631 (records), 746, 858 (directories), 868 (transactions), 919 (controllers), 966 (ELR), 1066 (cordoning).
 */
export * from './broker-config.ts';
export {
  type BrokerConfigDefinition,
  brokerConfigDefinitions,
  brokerConfigSynonyms,
  type ConfigScope,
} from './broker-config-definitions.ts';
export * from './cluster-image.ts';
export * from './config-definition.ts';
export * from './coordinator-partition.ts';
export * from './directory-id.ts';
export * from './features.ts';
export { imageDifference } from './image-difference.ts';
export * from './metadata-delta.ts';
export * from './metadata-loader.ts';
export { mergePartition, partitionToRecord, sortedIds } from './partition-replay.ts';
export * from './record.ts';
export * from './record-batch.ts';
export { decodeRecord, encodeRecord, MetadataError, recordVersion } from './record-codec.ts';
export * from './registration.ts';
export * from './topic-config.ts';
export {
  type TopicConfigDefinition,
  topicConfigDefinitions,
} from './topic-config-definitions.ts';
export { MAX_CONFIG_VALUE_LENGTH, rejectTopicConfigs } from './topic-config-validation.ts';
export * from './topic-configs.ts';

import type { ConfigDefinition, ConfigType } from './config-definition.ts';
import { COORDINATOR_CONFIGS } from './coordinator-config-definitions.ts';
import { topicConfigDefinitions } from './topic-config-definitions.ts';

/** Whether a running broker takes a new value: not at all, for itself or with the whole cluster, for itself only. */
export type ConfigScope = 'static' | 'cluster-wide' | 'per-broker';

export interface BrokerConfigDefinition extends ConfigDefinition {
  readonly scope: ConfigScope;
  /** Not described unless it is set. */
  readonly isInternal: boolean;
}

interface Rest {
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  readonly isInternal?: true;
}

const LONG_MAX = '9223372036854775807';

function define(
  scope: ConfigScope,
  name: string,
  type: ConfigType,
  value: string | null,
  rest: Rest = {},
): BrokerConfigDefinition {
  return {
    name,
    type,
    default: value,
    min: rest.min ?? null,
    max: rest.max ?? null,
    values: rest.values ?? null,
    scope,
    isInternal: rest.isInternal ?? false,
  };
}

const fixed = (name: string, type: ConfigType, value: string | null, rest?: Rest) =>
  define('static', name, type, value, rest);
const dynamic = (name: string, type: ConfigType, value: string | null, rest?: Rest) =>
  define('cluster-wide', name, type, value, rest);

/** What a process is: where it listens and keeps its data, who votes. */
const IDENTITY: readonly BrokerConfigDefinition[] = [
  fixed('advertised.listeners', 'LIST', null),
  fixed('broker.rack', 'STRING', null),
  fixed('controller.listener.names', 'LIST', null),
  fixed('controller.quorum.voters', 'LIST', ''),
  fixed('listeners', 'LIST', null),
  fixed('log.dir', 'STRING', '/tmp/kafka-logs'),
  fixed('log.dirs', 'LIST', null),
  fixed('metadata.log.dir', 'STRING', null),
  fixed('node.id', 'INT', null, { min: 0 }),
  fixed('process.roles', 'LIST', null, { values: ['broker', 'controller'] }),
];

/** `KRaftConfigs`, `QuorumConfig`, `MetadataLogConfig`, `ServerConfigs`, `ReplicationConfigs`, `ServerLogConfigs`. */
const STATIC: readonly BrokerConfigDefinition[] = [
  fixed('auto.create.topics.enable', 'BOOLEAN', 'true'),
  fixed('auto.leader.rebalance.enable', 'BOOLEAN', 'true'),
  fixed('broker.heartbeat.interval.ms', 'INT', '2000'),
  fixed('broker.session.timeout.ms', 'INT', '9000'),
  fixed('controlled.shutdown.enable', 'BOOLEAN', 'true'),
  fixed('controller.quorum.append.linger.ms', 'INT', '25', { min: 0 }),
  fixed('controller.quorum.auto.join.enable', 'BOOLEAN', 'false'),
  fixed('controller.quorum.election.backoff.max.ms', 'INT', '1000', { min: 0 }),
  fixed('controller.quorum.election.timeout.ms', 'INT', '1000', { min: 0 }),
  fixed('controller.quorum.fetch.max.bytes', 'INT', '1048576', { min: 1 }),
  fixed('controller.quorum.fetch.snapshot.max.bytes', 'INT', '1048576', { min: 1 }),
  fixed('controller.quorum.fetch.timeout.ms', 'INT', '2000', { min: 0 }),
  fixed('controller.quorum.request.timeout.ms', 'INT', '2000', { min: 0 }),
  fixed('controller.quorum.retry.backoff.ms', 'INT', '20', { min: 0 }),
  fixed('controller.socket.timeout.ms', 'INT', '30000'),
  fixed('default.replication.factor', 'INT', '1'),
  fixed('delete.topic.enable', 'BOOLEAN', 'true'),
  fixed('fetch.max.bytes', 'INT', '57671680', { min: 1024 }),
  fixed('initial.broker.registration.timeout.ms', 'INT', '60000'),
  fixed('leader.imbalance.check.interval.seconds', 'LONG', '300', { min: 1 }),
  fixed('log.cleaner.enable', 'BOOLEAN', 'true'),
  fixed('log.dir.failure.timeout.ms', 'LONG', '30000', { min: 1 }),
  fixed('log.flush.offset.checkpoint.interval.ms', 'INT', '60000', { min: 0 }),
  fixed('log.flush.scheduler.interval.ms', 'LONG', LONG_MAX),
  fixed('log.initial.task.delay.ms', 'LONG', '30000', { min: 0, isInternal: true }),
  fixed('log.retention.check.interval.ms', 'LONG', '300000', { min: 1 }),
  fixed('log.retention.hours', 'INT', '168'),
  fixed('log.retention.minutes', 'INT', null),
  fixed('log.roll.hours', 'INT', '168', { min: 1 }),
  fixed('log.roll.jitter.hours', 'INT', '0', { min: 0 }),
  fixed('max.incremental.fetch.session.cache.slots', 'INT', '1000', { min: 0 }),
  fixed('max.request.partition.size.limit', 'INT', '2000', { min: 1 }),
  fixed('metadata.log.max.record.bytes.between.snapshots', 'LONG', '20971520', { min: 1 }),
  fixed('metadata.log.max.snapshot.interval.ms', 'LONG', '3600000', { min: 0 }),
  fixed('metadata.log.segment.bytes', 'INT', '1073741824', { min: 8_388_608 }),
  fixed('metadata.log.segment.ms', 'LONG', '604800000'),
  fixed('metadata.max.idle.interval.ms', 'INT', '500', { min: 0 }),
  fixed('metadata.max.retention.bytes', 'LONG', '104857600'),
  fixed('metadata.max.retention.ms', 'LONG', '604800000'),
  fixed('num.partitions', 'INT', '1', { min: 1 }),
  fixed('producer.id.expiration.check.interval.ms', 'INT', '600000', { min: 1, isInternal: true }),
  fixed('replica.fetch.backoff.ms', 'INT', '1000', { min: 0 }),
  fixed('replica.fetch.max.bytes', 'INT', '1048576', { min: 0 }),
  fixed('replica.fetch.min.bytes', 'INT', '1'),
  fixed('replica.fetch.response.max.bytes', 'INT', '10485760', { min: 0 }),
  fixed('replica.fetch.wait.max.ms', 'INT', '500'),
  fixed('replica.high.watermark.checkpoint.interval.ms', 'LONG', '5000'),
  fixed('replica.lag.time.max.ms', 'LONG', '30000'),
  fixed('replica.selector.class', 'STRING', null),
  fixed('replica.socket.timeout.ms', 'INT', '30000'),
  fixed('request.timeout.ms', 'INT', '30000'),
  fixed('share.coordinator.state.topic.num.partitions', 'INT', '50', { min: 1 }),
  fixed('share.coordinator.state.topic.replication.factor', 'SHORT', '3', { min: 1 }),
  fixed('unclean.leader.election.interval.ms', 'LONG', '300000', { min: 1, isInternal: true }),
];

/** `DynamicBrokerConfig.ALL_DYNAMIC_CONFIGS`, but for security, listeners, metrics and tiered storage. */
const DYNAMIC: readonly BrokerConfigDefinition[] = [
  dynamic('background.threads', 'INT', '10', { min: 1 }),
  define('per-broker', 'cordoned.log.dirs', 'LIST', ''),
  dynamic('log.cleaner.backoff.ms', 'LONG', '15000', { min: 0 }),
  dynamic('log.cleaner.dedupe.buffer.size', 'LONG', '134217728'),
  dynamic('log.cleaner.io.buffer.load.factor', 'DOUBLE', '0.9'),
  dynamic('log.cleaner.io.buffer.size', 'INT', '524288', { min: 0 }),
  dynamic('log.cleaner.io.max.bytes.per.second', 'DOUBLE', '1.7976931348623157E308'),
  dynamic('log.cleaner.threads', 'INT', '1', { min: 0 }),
  dynamic('max.connection.creation.rate', 'INT', '2147483647', { min: 0 }),
  dynamic('max.connections', 'INT', '2147483647', { min: 0 }),
  dynamic('max.connections.per.ip', 'INT', '2147483647', { min: 0 }),
  dynamic('max.connections.per.ip.overrides', 'STRING', ''),
  dynamic('num.io.threads', 'INT', '8', { min: 1 }),
  dynamic('num.network.threads', 'INT', '3', { min: 1 }),
  dynamic('num.recovery.threads.per.data.dir', 'INT', '2', { min: 1 }),
  dynamic('num.replica.fetchers', 'INT', '1', { min: 1 }),
  dynamic('producer.id.expiration.ms', 'INT', '86400000', { min: 1 }),
  dynamic('transaction.partition.verification.enable', 'BOOLEAN', 'true'),
];

/**
 * Rates of replication (KIP-73): dynamic only, and no part of `KafkaConfig`, so that a description shows them when
 * they are set and not otherwise.
 */
const QUOTAS: readonly BrokerConfigDefinition[] = [
  dynamic('follower.replication.throttled.rate', 'LONG', LONG_MAX, { min: 0, isInternal: true }),
  dynamic('leader.replication.throttled.rate', 'LONG', LONG_MAX, { min: 0, isInternal: true }),
  dynamic('replica.alter.log.dirs.io.max.bytes.per.second', 'LONG', LONG_MAX, { min: 0, isInternal: true }),
];

/**
 * What a broker names otherwise than a topic: each is dynamic (`DynamicLogConfig`). Where hours or minutes can be said
 * instead, the milliseconds have no default.
 */
function logDefaults(): BrokerConfigDefinition[] {
  const all: BrokerConfigDefinition[] = [];
  for (const topic of topicConfigDefinitions.values()) {
    const first = topic.synonyms[0];
    if (first === undefined) continue;
    const value = topic.synonyms.length > 1 ? null : topic.default;
    all.push({ ...topic, name: first.name, default: value, scope: 'cluster-wide', isInternal: false });
  }
  return all;
}

function coordinatorConfigs(): BrokerConfigDefinition[] {
  return COORDINATOR_CONFIGS.map(([name, type, value, min]) =>
    fixed(name, type, value, min === null ? {} : { min }),
  );
}

/** By name, in alphabetical order. */
export const brokerConfigDefinitions: ReadonlyMap<string, BrokerConfigDefinition> = new Map(
  [...IDENTITY, ...STATIC, ...coordinatorConfigs(), ...DYNAMIC, ...QUOTAS, ...logDefaults()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((definition) => [definition.name, definition]),
);

/** Names for one thing, the one that counts first (`DynamicBrokerConfig.brokerConfigSynonyms`). */
const SYNONYMS: readonly (readonly string[])[] = [
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
];
const FLUSH: readonly string[] = ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'];

export function brokerConfigSynonyms(name: string): readonly string[] {
  if (name === FLUSH[0]) return FLUSH;
  return SYNONYMS.find((synonyms) => synonyms.includes(name)) ?? [name];
}

import type { ConfigType } from './config-definition.ts';

/** Name, type, default, least value (null: none). */
type Row = readonly [name: string, type: ConfigType, value: string, min: number | null];

/** What coordinators go by, all static (`GroupCoordinatorConfig`, `TransactionLogConfig`, `TransactionStateManagerConfig`). */
export const COORDINATOR_CONFIGS: readonly Row[] = [
  ['group.consumer.assignment.interval.ms', 'INT', '1000', 0],
  ['group.consumer.assignor.offload.enable', 'BOOLEAN', 'true', null],
  ['group.consumer.assignors', 'LIST', 'uniform,range', null],
  ['group.consumer.heartbeat.interval.ms', 'INT', '5000', 1],
  ['group.consumer.max.assignment.interval.ms', 'INT', '15000', 0],
  ['group.consumer.max.heartbeat.interval.ms', 'INT', '15000', 1],
  ['group.consumer.max.session.timeout.ms', 'INT', '60000', 1],
  ['group.consumer.max.size', 'INT', '2147483647', 1],
  ['group.consumer.migration.policy', 'STRING', 'bidirectional', null],
  ['group.consumer.min.assignment.interval.ms', 'INT', '0', 0],
  ['group.consumer.min.heartbeat.interval.ms', 'INT', '5000', 1],
  ['group.consumer.min.session.timeout.ms', 'INT', '45000', 1],
  ['group.consumer.session.timeout.ms', 'INT', '45000', 1],
  ['group.coordinator.append.linger.ms', 'INT', '-1', -1],
  ['group.initial.rebalance.delay.ms', 'INT', '3000', null],
  ['group.max.session.timeout.ms', 'INT', '1800000', null],
  ['group.max.size', 'INT', '2147483647', 1],
  ['group.min.session.timeout.ms', 'INT', '6000', null],
  ['offset.metadata.max.bytes', 'INT', '4096', null],
  ['offsets.commit.timeout.ms', 'INT', '5000', 1],
  ['offsets.load.buffer.size', 'INT', '5242880', 1],
  ['offsets.retention.check.interval.ms', 'LONG', '600000', 1],
  ['offsets.retention.minutes', 'INT', '10080', 1],
  ['offsets.topic.num.partitions', 'INT', '50', 1],
  ['offsets.topic.replication.factor', 'SHORT', '3', 1],
  ['offsets.topic.segment.bytes', 'INT', '104857600', 1],
  ['transaction.abort.timed.out.transaction.cleanup.interval.ms', 'INT', '10000', 1],
  ['transaction.max.timeout.ms', 'INT', '900000', 1],
  ['transaction.remove.expired.transaction.cleanup.interval.ms', 'INT', '3600000', 1],
  ['transaction.state.log.load.buffer.size', 'INT', '5242880', 1],
  ['transaction.state.log.min.isr', 'INT', '2', 1],
  ['transaction.state.log.num.partitions', 'INT', '50', 1],
  ['transaction.state.log.replication.factor', 'SHORT', '3', 1],
  ['transaction.state.log.segment.bytes', 'INT', '104857600', 1],
  ['transaction.two.phase.commit.enable', 'BOOLEAN', 'false', null],
  ['transactional.id.expiration.ms', 'INT', '604800000', 1],
];

/** The broker's own settings, by Kafka's names, with Kafka's defaults (`ServerConfigs`, `KRaftConfigs`). */
export interface BrokerConfig {
  readonly 'broker.heartbeat.interval.ms': number;
  readonly 'initial.broker.registration.timeout.ms': number;
  readonly 'controlled.shutdown.enable': boolean;
  readonly 'controller.socket.timeout.ms': number;
  readonly 'log.dir.failure.timeout.ms': number;
  readonly 'request.timeout.ms': number;
  readonly 'auto.create.topics.enable': boolean;
  readonly 'max.request.partition.size.limit': number;
  /** Null: not set on this broker, so the controller's own defaults decide (KIP-464). */
  readonly 'num.partitions': number | null;
  readonly 'default.replication.factor': number | null;
  readonly 'offsets.topic.num.partitions': number;
  readonly 'offsets.topic.replication.factor': number;
  readonly 'offsets.topic.segment.bytes': number;
  readonly 'transaction.state.log.num.partitions': number;
  readonly 'transaction.state.log.replication.factor': number;
  readonly 'transaction.state.log.min.isr': number;
  readonly 'transaction.state.log.segment.bytes': number;
  readonly 'transaction.partition.verification.enable': boolean;
  readonly 'share.coordinator.state.topic.num.partitions': number;
  readonly 'share.coordinator.state.topic.replication.factor': number;
}

export const brokerConfigDefaults: BrokerConfig = {
  'broker.heartbeat.interval.ms': 2_000,
  'initial.broker.registration.timeout.ms': 60_000,
  'controlled.shutdown.enable': true,
  'controller.socket.timeout.ms': 30_000,
  'log.dir.failure.timeout.ms': 30_000,
  'request.timeout.ms': 30_000,
  'auto.create.topics.enable': true,
  'max.request.partition.size.limit': 2_000,
  'num.partitions': null,
  'default.replication.factor': null,
  'offsets.topic.num.partitions': 50,
  'offsets.topic.replication.factor': 3,
  'offsets.topic.segment.bytes': 104_857_600,
  'transaction.state.log.num.partitions': 50,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
  'transaction.state.log.segment.bytes': 104_857_600,
  'transaction.partition.verification.enable': true,
  'share.coordinator.state.topic.num.partitions': 50,
  'share.coordinator.state.topic.replication.factor': 3,
};

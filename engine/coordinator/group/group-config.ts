/** The group coordinator's settings, by Kafka's names, with Kafka's defaults (`GroupCoordinatorConfig`). */
export interface GroupConfig {
  readonly 'offsets.topic.num.partitions': number;
  readonly 'offsets.load.buffer.size': number;
  readonly 'offsets.commit.timeout.ms': number;
  readonly 'offset.metadata.max.bytes': number;
  readonly 'offsets.retention.minutes': number;
  readonly 'offsets.retention.check.interval.ms': number;
  readonly 'group.min.session.timeout.ms': number;
  readonly 'group.max.session.timeout.ms': number;
  readonly 'group.initial.rebalance.delay.ms': number;
  readonly 'group.max.size': number;
  readonly 'group.coordinator.append.linger.ms': number;
  readonly 'group.consumer.session.timeout.ms': number;
  readonly 'group.consumer.min.session.timeout.ms': number;
  readonly 'group.consumer.max.session.timeout.ms': number;
  readonly 'group.consumer.heartbeat.interval.ms': number;
  readonly 'group.consumer.min.heartbeat.interval.ms': number;
  readonly 'group.consumer.max.heartbeat.interval.ms': number;
  readonly 'group.consumer.max.size': number;
  /** A list, comma separated, the first is the default. */
  readonly 'group.consumer.assignors': string;
  /** `bidirectional`, `upgrade`, `downgrade` or `disabled`. */
  readonly 'group.consumer.migration.policy': string;
  readonly 'group.consumer.assignment.interval.ms': number;
  readonly 'group.consumer.min.assignment.interval.ms': number;
  readonly 'group.consumer.max.assignment.interval.ms': number;
  readonly 'group.consumer.assignor.offload.enable': boolean;
  readonly 'group.consumer.regex.refresh.interval.ms': number;
}

const MAX_INT = 2 ** 31 - 1;

export const groupConfigDefaults: GroupConfig = {
  'offsets.topic.num.partitions': 50,
  'offsets.load.buffer.size': 5 * 1024 * 1024,
  'offsets.commit.timeout.ms': 5_000,
  'offset.metadata.max.bytes': 4_096,
  'offsets.retention.minutes': 7 * 24 * 60,
  'offsets.retention.check.interval.ms': 600_000,
  'group.min.session.timeout.ms': 6_000,
  'group.max.session.timeout.ms': 1_800_000,
  'group.initial.rebalance.delay.ms': 3_000,
  'group.max.size': MAX_INT,
  'group.coordinator.append.linger.ms': -1,
  'group.consumer.session.timeout.ms': 45_000,
  'group.consumer.min.session.timeout.ms': 45_000,
  'group.consumer.max.session.timeout.ms': 60_000,
  'group.consumer.heartbeat.interval.ms': 5_000,
  'group.consumer.min.heartbeat.interval.ms': 5_000,
  'group.consumer.max.heartbeat.interval.ms': 15_000,
  'group.consumer.max.size': MAX_INT,
  'group.consumer.assignors': 'uniform,range',
  'group.consumer.migration.policy': 'bidirectional',
  'group.consumer.assignment.interval.ms': 1_000,
  'group.consumer.min.assignment.interval.ms': 0,
  'group.consumer.max.assignment.interval.ms': 15_000,
  'group.consumer.assignor.offload.enable': true,
  'group.consumer.regex.refresh.interval.ms': 600_000,
};

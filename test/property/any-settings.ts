import fc from 'fast-check';
import type { Config, ConfigValue } from '../../sim/scenario/index.ts';

/* Settings that change what happens, of which a few at a time are drawn. */

type Setting = readonly [key: string, value: ConfigValue];

/** A few settings of many, the last of a key. */
const few = (settings: readonly Setting[]): fc.Arbitrary<Config> =>
  fc.array(fc.constantFrom(...settings), { maxLength: 3 }).map((chosen) => Object.fromEntries(chosen));

export const topicSettings = few([
  ['segment.ms', 1_000],
  ['segment.ms', 5_000],
  ['retention.ms', 10_000],
  ['retention.bytes', 50_000],
  ['unclean.leader.election.enable', true],
  ['message.timestamp.type', 'LogAppendTime'],
  ['flush.messages', 1],
  ['index.interval.bytes', 512],
  ['file.delete.delay.ms', 0],
]);

export const compactionSettings = few([
  ['min.cleanable.dirty.ratio', 0.01],
  ['segment.ms', 1_000],
  ['delete.retention.ms', 1_000],
  ['min.compaction.lag.ms', 1_000],
  ['max.compaction.lag.ms', 5_000],
]);

export const brokerSettings = few([
  ['replica.lag.time.max.ms', 2_000],
  ['replica.fetch.wait.max.ms', 50],
  ['replica.fetch.max.bytes', 1_000],
  ['replica.fetch.response.max.bytes', 5_000],
  ['replica.high.watermark.checkpoint.interval.ms', 500],
  ['replica.selector.class', 'org.apache.kafka.common.replica.RackAwareReplicaSelector'],
  ['log.flush.interval.messages', 1],
  ['log.retention.check.interval.ms', 1_000],
  ['log.cleaner.backoff.ms', 1_000],
  ['log.dir.failure.timeout.ms', 2_000],
  ['broker.heartbeat.interval.ms', 500],
  ['controlled.shutdown.enable', false],
  ['fetch.max.bytes', 2_000],
  ['max.incremental.fetch.session.cache.slots', 1],
  ['group.initial.rebalance.delay.ms', 0],
  ['group.consumer.migration.policy', 'bidirectional'],
  ['offsets.topic.num.partitions', 5],
  ['transaction.state.log.num.partitions', 1],
  ['producer.id.expiration.ms', 3_000],
  ['metadata.log.max.record.bytes.between.snapshots', 2_000],
]);

export const controllerSettings = few([
  ['eligible.leader.replicas.version', 0],
  ['broker.session.timeout.ms', 5_000],
  ['controller.quorum.election.timeout.ms', 500],
  ['controller.quorum.fetch.timeout.ms', 1_000],
  ['leader.imbalance.check.interval.seconds', 5],
  ['metadata.log.max.record.bytes.between.snapshots', 2_000],
  ['metadata.max.idle.interval.ms', 100],
]);

export const producerSettings = few([
  ['linger.ms', 0],
  ['linger.ms', 50],
  ['batch.size', 500],
  ['max.in.flight.requests.per.connection', 1],
  ['partitioner.ignore.keys', true],
  ['partitioner.adaptive.partitioning.enable', false],
  ['metadata.max.age.ms', 1_000],
  ['max.block.ms', 2_000],
]);

export const consumerSettings = few([
  ['auto.offset.reset', 'earliest'],
  ['auto.offset.reset', 'by_duration:PT5S'],
  ['isolation.level', 'read_committed'],
  ['max.poll.records', 10],
  ['fetch.min.bytes', 1_000],
  ['fetch.max.wait.ms', 50],
  ['max.partition.fetch.bytes', 500],
  ['metadata.max.age.ms', 1_000],
]);

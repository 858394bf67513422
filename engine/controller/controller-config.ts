import type { StaticConfig } from '../metadata/index.ts';

/** What the active controller goes by, with Kafka's names and defaults. */
export interface ControllerConfig {
  /** A broker that is not heard of for this long is fenced. */
  readonly 'broker.session.timeout.ms': number;
  readonly 'auto.leader.rebalance.enable': boolean;
  readonly 'leader.imbalance.check.interval.seconds': number;
  readonly 'unclean.leader.election.interval.ms': number;
  /** How often a NoOpRecord is written, so that observers see time pass; 0 never. */
  readonly 'metadata.max.idle.interval.ms': number;
  readonly 'num.partitions': number;
  readonly 'default.replication.factor': number;
  readonly 'delete.topic.enable': boolean;
  /** The rest of this node's configuration file: defaults for topics (`min.insync.replicas`, …). */
  readonly static: StaticConfig;
  /** Feature levels that a new cluster starts with, where they are not the latest. */
  readonly bootstrapFeatures: Readonly<Record<string, number>>;
}

export const defaultControllerConfig: ControllerConfig = {
  'broker.session.timeout.ms': 9_000,
  'auto.leader.rebalance.enable': true,
  'leader.imbalance.check.interval.seconds': 300,
  'unclean.leader.election.interval.ms': 300_000,
  'metadata.max.idle.interval.ms': 500,
  'num.partitions': 1,
  'default.replication.factor': 1,
  'delete.topic.enable': true,
  static: {},
  bootstrapFeatures: {},
};

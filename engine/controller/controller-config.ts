import { MetadataVersion, type StaticConfig } from '../metadata/index.ts';

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
  /** Feature levels that a new cluster is formatted with; `kraft.version` is the quorum's. */
  readonly 'metadata.version': number;
  /** Eligible leader replicas (KIP-966): 1 on, 0 off. */
  readonly 'eligible.leader.replicas.version': number;
  readonly 'group.version': number;
  readonly 'share.version': number;
  readonly 'streams.version': number;
  readonly 'transaction.version': number;
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
  'metadata.version': MetadataVersion.LATEST,
  'eligible.leader.replicas.version': 1,
  'group.version': 1,
  'share.version': 2,
  'streams.version': 1,
  'transaction.version': 2,
  static: {},
};

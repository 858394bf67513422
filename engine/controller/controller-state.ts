import type { Random } from '../machine/index.ts';
import {
  type ClusterImage,
  type ConfigNode,
  directoryOf,
  ELR_VERSION,
  isActive,
  isDirectoryOnline,
  METADATA_VERSION,
  MetadataVersion,
  type PartitionRegistration,
  type TopicConfigs,
} from '../metadata/index.ts';
import type { BrokerHeartbeats } from './broker-heartbeats.ts';
import type { ControllerConfig } from './controller-config.ts';

/**
 * What decisions read: the latest image, uncommitted records included, the soft state about brokers, and luck.
 * Decisions change nothing here but the soft state.
 */
export interface ControllerState {
  readonly clusterId: string;
  readonly config: ControllerConfig;
  readonly node: ConfigNode;
  /** Effective configurations of topics, each worked out once until one changes. */
  readonly topicConfigs: TopicConfigs;
  /** Ids of the quorum's voters. */
  readonly voters: () => readonly number[];
  readonly image: ClusterImage;
  readonly heartbeats: BrokerHeartbeats;
  readonly placementRandom: Random;
  readonly topicIdRandom: Random;
  /** The finalized `kraft.version`, which the quorum keeps. */
  readonly kraftVersion: number;
  /** Offset that the next record will have. */
  nextOffset: number;
}

export function isElrEnabled(image: ClusterImage): boolean {
  return image.featureLevel(ELR_VERSION) >= 1;
}

/** Before 3.6 followers needed a new leader epoch to notice that the ISR had shrunk (KAFKA-15021). */
export function bumpsEpochOnShrink(image: ClusterImage): boolean {
  return image.featureLevel(METADATA_VERSION) < MetadataVersion.NO_EPOCH_BUMP_ON_SHRINK;
}

/** min.insync.replicas, but never more than there are replicas (`getTopicEffectiveMinIsr`). */
export function effectiveMinIsr(state: ControllerState, topic: string): number {
  return state.topicConfigs.minIsr(state.image, topic);
}

export function isUncleanElectionEnabled(state: ControllerState, topic: string): boolean {
  return state.topicConfigs.boolean(state.image, topic, 'unclean.leader.election.enable');
}

/** A leader must be active and have the directory of its replica online (`LeaderAcceptor`). */
export function canLead(image: ClusterImage, partition: PartitionRegistration, broker: number): boolean {
  return isActive(image.broker(broker)) && hasOnlineReplica(image, partition, broker);
}

export function hasOnlineReplica(
  image: ClusterImage,
  partition: PartitionRegistration,
  broker: number,
): boolean {
  const directory = directoryOf(partition, broker);
  const registration = image.broker(broker);
  if (directory === undefined || registration === undefined) return false;
  return isDirectoryOnline(directory, registration.directories);
}

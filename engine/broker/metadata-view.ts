import {
  type BrokerImage,
  type ClusterImage,
  isDirectoryOnline,
  type PartitionRegistration,
} from '../metadata/index.ts';
import { DirectoryId } from '../wire/index.ts';

/**
 * What clients are told about the cluster image (`KRaftMetadataCache`). A broker here has one listener, so a
 * registered broker always has an endpoint for whoever asks.
 */

/** Registered brokers that are not fenced, by id. */
export function aliveBrokers(image: ClusterImage): readonly BrokerImage[] {
  return registeredBrokers(image).filter((broker) => !broker.fenced);
}

/** All registered brokers, by id. */
export function registeredBrokers(image: ClusterImage): readonly BrokerImage[] {
  return image.brokerIds().map((id) => image.broker(id)!);
}

/** Replicas whose broker is gone or fenced, or whose directory is not among the broker's online ones. */
export function offlineReplicas(image: ClusterImage, partition: PartitionRegistration): readonly number[] {
  const offline: number[] = [];
  for (const [index, replica] of partition.replicas.entries()) {
    const broker = image.brokers.get(replica);
    const directory = partition.directories[index] ?? DirectoryId.MIGRATING;
    if (broker === undefined || broker.fenced || !isDirectoryOnline(directory, broker.directories)) {
      offline.push(replica);
    }
  }
  return offline;
}

/** The leader as clients may reach it, or -1. A fenced leader still has its endpoint (`getAliveEndpoint`). */
export function reachableLeader(image: ClusterImage, partition: PartitionRegistration): number {
  return image.brokers.has(partition.leader) ? partition.leader : -1;
}

import type { ClusterImage } from '../metadata/index.ts';
import { NO_BROKER_EPOCH, type RemoteReplica } from './remote-replica.ts';

/**
 * Whether the controller would let a follower into the ISR, as far as this broker's metadata tells
 * (`Partition.isReplicaIsrEligible`, KIP-841 and KIP-903): registered, not fenced, not shutting down, and its last
 * fetch came from the incarnation that is registered now. A reboot with an empty disk has a new broker epoch; the
 * end offset that its predecessor reported means nothing then. A fetch with epoch -1 bypasses the check, as an old
 * broker sends it.
 */
export function isIsrEligible(image: ClusterImage, remote: RemoteReplica): boolean {
  if (remote.brokerEpoch === NO_BROKER_EPOCH) return false;
  const broker = image.brokers.get(remote.id);
  if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false;
  return remote.brokerEpoch === -1 || remote.brokerEpoch === broker.epoch;
}

/** A fetch of an incarnation that has since registered anew must not overwrite what its successor told. */
export function isStaleBrokerEpoch(image: ClusterImage, replicaId: number, brokerEpoch: number): boolean {
  if (brokerEpoch === -1) return false;
  const broker = image.brokers.get(replicaId);
  return broker !== undefined && !broker.fenced && broker.epoch > brokerEpoch;
}

import type { Api } from './api.ts';
import { addRaftVoterApi } from './messages/add-raft-voter.ts';
import { allocateProducerIdsApi } from './messages/allocate-producer-ids.ts';
import { alterConfigsApi } from './messages/alter-configs.ts';
import { alterPartitionApi } from './messages/alter-partition.ts';
import { alterPartitionReassignmentsApi } from './messages/alter-partition-reassignments.ts';
import { alterReplicaLogDirsApi } from './messages/alter-replica-log-dirs.ts';
import { apiVersionsApi } from './messages/api-versions.ts';
import { assignReplicasToDirsApi } from './messages/assign-replicas-to-dirs.ts';
import { beginQuorumEpochApi } from './messages/begin-quorum-epoch.ts';
import { brokerHeartbeatApi } from './messages/broker-heartbeat.ts';
import { brokerRegistrationApi } from './messages/broker-registration.ts';
import { controllerRegistrationApi } from './messages/controller-registration.ts';
import { createPartitionsApi } from './messages/create-partitions.ts';
import { createTopicsApi } from './messages/create-topics.ts';
import { deleteRecordsApi } from './messages/delete-records.ts';
import { deleteTopicsApi } from './messages/delete-topics.ts';
import { describeClusterApi } from './messages/describe-cluster.ts';
import { describeConfigsApi } from './messages/describe-configs.ts';
import { describeLogDirsApi } from './messages/describe-log-dirs.ts';
import { describeQuorumApi } from './messages/describe-quorum.ts';
import { describeTopicPartitionsApi } from './messages/describe-topic-partitions.ts';
import { electLeadersApi } from './messages/elect-leaders.ts';
import { endQuorumEpochApi } from './messages/end-quorum-epoch.ts';
import { envelopeApi } from './messages/envelope.ts';
import { fetchApi } from './messages/fetch.ts';
import { fetchSnapshotApi } from './messages/fetch-snapshot.ts';
import { incrementalAlterConfigsApi } from './messages/incremental-alter-configs.ts';
import { listConfigResourcesApi } from './messages/list-config-resources.ts';
import { listOffsetsApi } from './messages/list-offsets.ts';
import { listPartitionReassignmentsApi } from './messages/list-partition-reassignments.ts';
import { metadataApi } from './messages/metadata.ts';
import { offsetForLeaderEpochApi } from './messages/offset-for-leader-epoch.ts';
import { produceApi } from './messages/produce.ts';
import { removeRaftVoterApi } from './messages/remove-raft-voter.ts';
import { unregisterBrokerApi } from './messages/unregister-broker.ts';
import { updateFeaturesApi } from './messages/update-features.ts';
import { updateRaftVoterApi } from './messages/update-raft-voter.ts';
import { voteApi } from './messages/vote.ts';

/** Every API spoken here, by key. */
export const apis: readonly Api[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  offsetForLeaderEpochApi,
  describeConfigsApi,
  alterConfigsApi,
  alterReplicaLogDirsApi,
  describeLogDirsApi,
  createPartitionsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  alterPartitionReassignmentsApi,
  listPartitionReassignmentsApi,
  voteApi,
  beginQuorumEpochApi,
  endQuorumEpochApi,
  describeQuorumApi,
  alterPartitionApi,
  updateFeaturesApi,
  envelopeApi,
  fetchSnapshotApi,
  describeClusterApi,
  brokerRegistrationApi,
  brokerHeartbeatApi,
  unregisterBrokerApi,
  allocateProducerIdsApi,
  controllerRegistrationApi,
  assignReplicasToDirsApi,
  listConfigResourcesApi,
  describeTopicPartitionsApi,
  addRaftVoterApi,
  removeRaftVoterApi,
  updateRaftVoterApi,
];

const byKey: ReadonlyMap<number, Api> = new Map(apis.map((api) => [api.key, api]));

export function apiOf(key: number): Api | undefined {
  return byKey.get(key);
}

/** Whether a request of this kind and version is one that anybody here can read. */
export function isKnownRequest(apiKey: number, apiVersion: number): boolean {
  const api = apiOf(apiKey);
  return api !== undefined && apiVersion >= api.minVersion && apiVersion <= api.maxVersion;
}

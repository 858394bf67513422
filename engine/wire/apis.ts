import type { Api } from './api.ts';
import { addOffsetsToTxnApi } from './messages/add-offsets-to-txn.ts';
import { addPartitionsToTxnApi } from './messages/add-partitions-to-txn.ts';
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
import { consumerGroupDescribeApi } from './messages/consumer-group-describe.ts';
import { consumerGroupHeartbeatApi } from './messages/consumer-group-heartbeat.ts';
import { controllerRegistrationApi } from './messages/controller-registration.ts';
import { createPartitionsApi } from './messages/create-partitions.ts';
import { createTopicsApi } from './messages/create-topics.ts';
import { deleteGroupsApi } from './messages/delete-groups.ts';
import { deleteRecordsApi } from './messages/delete-records.ts';
import { deleteTopicsApi } from './messages/delete-topics.ts';
import { describeClusterApi } from './messages/describe-cluster.ts';
import { describeConfigsApi } from './messages/describe-configs.ts';
import { describeGroupsApi } from './messages/describe-groups.ts';
import { describeLogDirsApi } from './messages/describe-log-dirs.ts';
import { describeProducersApi } from './messages/describe-producers.ts';
import { describeQuorumApi } from './messages/describe-quorum.ts';
import { describeTopicPartitionsApi } from './messages/describe-topic-partitions.ts';
import { describeTransactionsApi } from './messages/describe-transactions.ts';
import { electLeadersApi } from './messages/elect-leaders.ts';
import { endQuorumEpochApi } from './messages/end-quorum-epoch.ts';
import { endTxnApi } from './messages/end-txn.ts';
import { envelopeApi } from './messages/envelope.ts';
import { fetchApi } from './messages/fetch.ts';
import { fetchSnapshotApi } from './messages/fetch-snapshot.ts';
import { findCoordinatorApi } from './messages/find-coordinator.ts';
import { heartbeatApi } from './messages/heartbeat.ts';
import { incrementalAlterConfigsApi } from './messages/incremental-alter-configs.ts';
import { initProducerIdApi } from './messages/init-producer-id.ts';
import { joinGroupApi } from './messages/join-group.ts';
import { leaveGroupApi } from './messages/leave-group.ts';
import { listConfigResourcesApi } from './messages/list-config-resources.ts';
import { listGroupsApi } from './messages/list-groups.ts';
import { listOffsetsApi } from './messages/list-offsets.ts';
import { listPartitionReassignmentsApi } from './messages/list-partition-reassignments.ts';
import { listTransactionsApi } from './messages/list-transactions.ts';
import { metadataApi } from './messages/metadata.ts';
import { offsetCommitApi } from './messages/offset-commit.ts';
import { offsetDeleteApi } from './messages/offset-delete.ts';
import { offsetFetchApi } from './messages/offset-fetch.ts';
import { offsetForLeaderEpochApi } from './messages/offset-for-leader-epoch.ts';
import { produceApi } from './messages/produce.ts';
import { removeRaftVoterApi } from './messages/remove-raft-voter.ts';
import { syncGroupApi } from './messages/sync-group.ts';
import { txnOffsetCommitApi } from './messages/txn-offset-commit.ts';
import { unregisterBrokerApi } from './messages/unregister-broker.ts';
import { updateFeaturesApi } from './messages/update-features.ts';
import { updateRaftVoterApi } from './messages/update-raft-voter.ts';
import { voteApi } from './messages/vote.ts';
import { writeTxnMarkersApi } from './messages/write-txn-markers.ts';

/** Every API spoken here, by key. */
export const apis: readonly Api[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
  findCoordinatorApi,
  joinGroupApi,
  heartbeatApi,
  leaveGroupApi,
  syncGroupApi,
  describeGroupsApi,
  listGroupsApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  addPartitionsToTxnApi,
  addOffsetsToTxnApi,
  endTxnApi,
  writeTxnMarkersApi,
  txnOffsetCommitApi,
  describeConfigsApi,
  alterConfigsApi,
  alterReplicaLogDirsApi,
  describeLogDirsApi,
  createPartitionsApi,
  deleteGroupsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  alterPartitionReassignmentsApi,
  listPartitionReassignmentsApi,
  offsetDeleteApi,
  voteApi,
  beginQuorumEpochApi,
  endQuorumEpochApi,
  describeQuorumApi,
  alterPartitionApi,
  updateFeaturesApi,
  envelopeApi,
  fetchSnapshotApi,
  describeClusterApi,
  describeProducersApi,
  brokerRegistrationApi,
  brokerHeartbeatApi,
  unregisterBrokerApi,
  describeTransactionsApi,
  listTransactionsApi,
  allocateProducerIdsApi,
  consumerGroupHeartbeatApi,
  consumerGroupDescribeApi,
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

import type { MetadataRecord, PartitionRegistration, TopicImage } from '../metadata/index.ts';
import {
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionReassignmentsResponse,
  ErrorCode,
} from '../wire/index.ts';
import {
  bumpsEpochOnShrink,
  type ControllerState,
  canLead,
  effectiveMinIsr,
  isElrEnabled,
  isUncleanElectionEnabled,
} from './controller-state.ts';
import {
  type ApiError,
  apiError,
  type Decision,
  decided,
  isTooLarge,
  rejected,
  TOO_LARGE,
} from './decision.ts';
import { decidePartitionChange, type PartitionChangeInput } from './partition-change.ts';
import { beginReassignment, isReassigning, revertReassignment } from './reassignment.ts';
import { defaultDirectory, rejectReplicas } from './topic-assignment.ts';

type PartitionRequest = AlterPartitionReassignmentsRequest['topics'][number]['partitions'][number];

/** The request failed whole. */
export function alterPartitionReassignmentsError(
  request: AlterPartitionReassignmentsRequest,
  { code, message }: ApiError,
): AlterPartitionReassignmentsResponse {
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: code,
      errorMessage: message,
    })),
  }));
  const { allowReplicationFactorChange } = request;
  return {
    throttleTimeMs: 0,
    allowReplicationFactorChange,
    errorCode: code,
    errorMessage: message,
    responses,
  };
}

/**
 * Begins, changes or calls off moves of partitions, each on its own
 * (`ReplicationControlManager.alterPartitionReassignments`, KIP-455, KIP-860). A move that the ISR already allows is
 * over with its first record; any other ends with an AlterPartition or an election that finds it allowed.
 */
export function decideAlterPartitionReassignments(
  state: ControllerState,
  request: AlterPartitionReassignmentsRequest,
): Decision {
  const { allowReplicationFactorChange } = request;
  const records: MetadataRecord[] = [];
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => {
      const error = alterOne(state, name, partition, allowReplicationFactorChange, records);
      return {
        partitionIndex: partition.partitionIndex,
        errorCode: error?.code ?? ErrorCode.NONE,
        errorMessage: error?.message ?? null,
      };
    }),
  }));
  if (isTooLarge(records)) return rejected(alterPartitionReassignmentsError(request, TOO_LARGE));
  const body = {
    throttleTimeMs: 0,
    allowReplicationFactorChange,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    responses,
  };
  return decided(body, records);
}

function alterOne(
  state: ControllerState,
  name: string,
  request: PartitionRequest,
  allowFactorChange: boolean,
  records: MetadataRecord[],
): ApiError | null {
  const topic = state.image.topicsByName.get(name);
  const index = request.partitionIndex;
  if (topic === undefined) {
    return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `Unable to find a topic named ${name}.`);
  }
  const partition = topic.partitions[index];
  if (partition === undefined) {
    return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `Unable to find partition ${name}:${index}.`);
  }
  const target = request.replicas;
  const error =
    target === null
      ? rejectRevert(state, topic, index, partition)
      : rejectMove(state, partition, target, allowFactorChange);
  if (error !== null) return error;
  const change = target === null ? revertOf(state, topic, partition) : moveOf(partition, target);
  const record = decidePartitionChange({ ...changeOf(state, topic, index, partition), ...change });
  if (record !== null) records.push(record);
  return null;
}

/** What a move and its revert have in common. */
function changeOf(
  state: ControllerState,
  topic: TopicImage,
  partitionId: number,
  partition: PartitionRegistration,
): PartitionChangeInput {
  return {
    topicId: topic.id,
    partitionId,
    partition,
    election: 'online',
    minIsr: effectiveMinIsr(state, topic.name),
    elrEnabled: isElrEnabled(state.image),
    bumpEpochOnShrink: bumpsEpochOnShrink(state.image),
    canLead: (broker) => canLead(state.image, partition, broker),
    defaultDirectory: (broker) => defaultDirectory(state, broker),
  };
}

function moveOf(partition: PartitionRegistration, target: readonly number[]): Partial<PartitionChangeInput> {
  const { replicas, adding, removing } = beginReassignment(partition.replicas, target);
  // What the new target says nothing of stays as the move under way had it.
  return {
    targetReplicas: replicas,
    ...(adding.length > 0 ? { targetAdding: adding } : {}),
    ...(removing.length > 0 ? { targetRemoving: removing } : {}),
  };
}

function revertOf(
  state: ControllerState,
  topic: TopicImage,
  partition: PartitionRegistration,
): Partial<PartitionChangeInput> {
  const { replicas, isr } = revertReassignment(partition);
  return {
    election: isUncleanElectionEnabled(state, topic.name) ? 'unclean' : 'online',
    targetIsr: isr,
    targetReplicas: replicas,
    targetAdding: [],
    targetRemoving: [],
  };
}

function rejectRevert(
  state: ControllerState,
  topic: TopicImage,
  index: number,
  partition: PartitionRegistration,
): ApiError | null {
  if (!isReassigning(partition)) {
    return apiError(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, 'No partition reassignment is in progress.');
  }
  if (!revertReassignment(partition).unclean || isUncleanElectionEnabled(state, topic.name)) return null;
  return apiError(
    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    `Unable to revert partition assignment for ${topic.name}:${index} because it would require an unclean ` +
      'leader election.',
  );
}

function rejectMove(
  state: ControllerState,
  partition: PartitionRegistration,
  target: readonly number[],
  allowFactorChange: boolean,
): ApiError | null {
  const problem = rejectReplicas(state, target, -1);
  if (problem !== null) return apiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
  // While a move is under way the factor is that of its target.
  const factor = partition.replicas.length - partition.removingReplicas.length;
  if (allowFactorChange || factor === target.length) return null;
  return apiError(
    ErrorCode.INVALID_REPLICATION_FACTOR,
    `The replication factor is changed from ${factor} to ${target.length}`,
  );
}

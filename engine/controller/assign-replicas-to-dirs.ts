import { isDirectoryOnline, type MetadataRecord, type PartitionRegistration } from '../metadata/index.ts';
import {
  type AssignReplicasToDirsRequest,
  type AssignReplicasToDirsResponse,
  ErrorCode,
} from '../wire/index.ts';
import {
  bumpsEpochOnShrink,
  type ControllerState,
  canLead,
  effectiveMinIsr,
  isElrEnabled,
} from './controller-state.ts';
import { type Decision, decided, rejected } from './decision.ts';
import { appendLeaderAndIsrUpdates } from './leader-and-isr-updates.ts';
import { decidePartitionChange } from './partition-change.ts';

type AssignedDirectory = AssignReplicasToDirsRequest['directories'][number];

export function assignReplicasToDirsError(errorCode: number): AssignReplicasToDirsResponse {
  return { throttleTimeMs: 0, errorCode, directories: [] };
}

/**
 * A broker tells where its replicas lie (`handleAssignReplicasToDirs`, KIP-858). One that lies in a directory which
 * the broker has reported as failed leaves the ISR, and leads no more, in the same batch.
 */
export function decideAssignReplicasToDirs(
  state: ControllerState,
  request: AssignReplicasToDirsRequest,
): Decision {
  const { brokerId, brokerEpoch } = request;
  const broker = state.image.broker(brokerId);
  if (broker === undefined || broker.epoch !== brokerEpoch) {
    return rejected(assignReplicasToDirsError(ErrorCode.STALE_BROKER_EPOCH));
  }
  const records: MetadataRecord[] = [];
  const offline = new Set<PartitionRegistration>();
  const directories = request.directories.map((directory) => {
    const isOffline = !isDirectoryOnline(directory.id, broker.directories);
    return { id: directory.id, topics: assignAll(state, brokerId, directory, isOffline, offline, records) };
  });
  if (offline.size > 0) {
    const move = { remove: brokerId };
    appendLeaderAndIsrUpdates(state, move, (partition) => offline.has(partition), records);
  }
  return decided({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, directories }, records);
}

function assignAll(
  state: ControllerState,
  broker: number,
  directory: AssignedDirectory,
  isOffline: boolean,
  offline: Set<PartitionRegistration>,
  records: MetadataRecord[],
): AssignReplicasToDirsResponse['directories'][number]['topics'] {
  return directory.topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partitionIndex }) => {
      const registration = state.image.partition(topicId, partitionIndex);
      const errorCode = rejectAssignment(state, broker, topicId, registration);
      if (errorCode === ErrorCode.NONE && registration !== undefined) {
        assign(state, broker, topicId, partitionIndex, registration, directory.id, records);
        if (isOffline) offline.add(registration);
      }
      return { partitionIndex, errorCode };
    }),
  }));
}

function rejectAssignment(
  state: ControllerState,
  broker: number,
  topicId: string,
  registration: PartitionRegistration | undefined,
): number {
  if (!state.image.topicsById.has(topicId)) return ErrorCode.UNKNOWN_TOPIC_ID;
  if (registration === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return registration.replicas.includes(broker) ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER;
}

function assign(
  state: ControllerState,
  broker: number,
  topicId: string,
  partitionId: number,
  partition: PartitionRegistration,
  directoryId: string,
  records: MetadataRecord[],
): void {
  const { image } = state;
  const topic = image.topicsById.get(topicId);
  if (topic === undefined) return;
  const targetDirectories = partition.replicas.map((replica, at) =>
    replica === broker ? directoryId : (partition.directories[at] ?? directoryId),
  );
  const record = decidePartitionChange({
    topicId,
    partitionId,
    partition,
    election: 'online',
    targetDirectories,
    minIsr: effectiveMinIsr(state, topic.name),
    elrEnabled: isElrEnabled(image),
    bumpEpochOnShrink: bumpsEpochOnShrink(image),
    canLead: (replica) => canLead(image, partition, replica),
  });
  if (record !== null) records.push(record);
}

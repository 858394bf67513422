import { type MetadataRecord, NO_LEADER, type PartitionRegistration } from '../metadata/index.ts';
import {
  ElectionType,
  type ElectLeadersRequest,
  type ElectLeadersResponse,
  ErrorCode,
} from '../wire/index.ts';
import {
  bumpsEpochOnShrink,
  type ControllerState,
  canLead,
  effectiveMinIsr,
  isElrEnabled,
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
import type { Election } from './elect-leader.ts';
import { decidePartitionChange } from './partition-change.ts';

type TopicResult = ElectLeadersResponse['replicaElectionResults'][number];
type PartitionResult = TopicResult['partitionResult'][number];

/** The whole request failed; before version 1 that can only be said a partition at a time. */
export function electLeadersError(
  version: number,
  request: ElectLeadersRequest,
  error: ApiError,
): ElectLeadersResponse {
  const replicaElectionResults = (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map((partition) => partitionResult(partition, error)),
  }));
  return { throttleTimeMs: 0, errorCode: version >= 1 ? error.code : 0, replicaElectionResults };
}

/** Elections asked for by a person (KIP-460): the preferred leader, or any leader at the price of data. */
export function decideElectLeaders(
  state: ControllerState,
  version: number,
  request: ElectLeadersRequest,
): Decision {
  const election = electionOf(request.electionType);
  if (election === null) {
    const error = apiError(ErrorCode.INVALID_REQUEST, `Unknown election type ${request.electionType}`);
    return rejected(electLeadersError(version, request, error));
  }
  const records: MetadataRecord[] = [];
  const replicaElectionResults =
    request.topicPartitions === null
      ? electEverywhere(state, election, records)
      : request.topicPartitions.map(({ topic, partitions }) => ({
          topic,
          partitionResult: partitions.map((partition) =>
            partitionResult(partition, electOne(state, topic, partition, election, records)),
          ),
        }));
  if (isTooLarge(records)) return rejected(electLeadersError(version, request, TOO_LARGE));
  return decided({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, replicaElectionResults }, records);
}

/** Partitions that have the leader wanted are left out of the answer here. */
function electEverywhere(
  state: ControllerState,
  election: Election,
  records: MetadataRecord[],
): TopicResult[] {
  return state.image.topicNames().map((topic) => {
    const results: PartitionResult[] = [];
    const count = state.image.topicsByName.get(topic)?.partitions.length ?? 0;
    for (let partition = 0; partition < count; partition += 1) {
      const error = electOne(state, topic, partition, election, records);
      if (error.code !== ErrorCode.ELECTION_NOT_NEEDED) results.push(partitionResult(partition, error));
    }
    return { topic, partitionResult: results };
  });
}

/** Elects a leader for one partition, by request or in a sweep (`ReplicationControlManager.electLeader`). */
export function electOne(
  state: ControllerState,
  topicName: string,
  index: number,
  election: Election,
  records: MetadataRecord[],
): ApiError {
  const topic = state.image.topicsByName.get(topicName);
  if (topic === undefined) {
    return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `There is no topic ${topicName}`);
  }
  const partition = topic.partitions[index];
  if (partition === undefined) {
    return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `There is no partition ${topicName}-${index}`);
  }
  if (!isElectionNeeded(partition, election)) {
    return apiError(ErrorCode.ELECTION_NOT_NEEDED, 'The partition has the leader that was asked for.');
  }
  const record = decidePartitionChange({
    topicId: topic.id,
    partitionId: index,
    partition,
    election,
    minIsr: effectiveMinIsr(state, topicName),
    elrEnabled: isElrEnabled(state.image),
    bumpEpochOnShrink: bumpsEpochOnShrink(state.image),
    canLead: (broker) => canLead(state.image, partition, broker),
  });
  if (record !== null) {
    records.push(record);
    return apiError(ErrorCode.NONE);
  }
  return election === 'preferred'
    ? apiError(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, 'The preferred replica cannot lead now.')
    : apiError(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE, 'No replica of the partition can lead now.');
}

function isElectionNeeded(partition: PartitionRegistration, election: Election): boolean {
  return election === 'preferred'
    ? partition.leader !== partition.replicas[0]
    : partition.leader === NO_LEADER;
}

function electionOf(type: number): Election | null {
  if (type === ElectionType.PREFERRED) return 'preferred';
  return type === ElectionType.UNCLEAN ? 'unclean' : null;
}

function partitionResult(partitionId: number, error: ApiError): PartitionResult {
  return { partitionId, errorCode: error.code, errorMessage: error.message };
}

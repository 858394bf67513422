import {
  type MetadataRecord,
  mergePartition,
  NO_LEADER_CHANGE,
  type PartitionChangeRecord,
  type PartitionRegistration,
  RecoveryState,
  type TopicImage,
} from '../metadata/index.ts';
import { type AlterPartitionRequest, type AlterPartitionResponse, ErrorCode } from '../wire/index.ts';
import {
  bumpsEpochOnShrink,
  type ControllerState,
  canLead,
  effectiveMinIsr,
  isElrEnabled,
  isUncleanElectionEnabled,
} from './controller-state.ts';
import { type Decision, decided, rejected } from './decision.ts';
import { decidePartitionChange } from './partition-change.ts';

type PartitionRequest = AlterPartitionRequest['topics'][number]['partitions'][number];
type PartitionAnswer = AlterPartitionResponse['topics'][number]['partitions'][number];
type Member = PartitionRequest['newIsrWithEpochs'][number];

export function alterPartitionError(errorCode: number): AlterPartitionResponse {
  return { throttleTimeMs: 0, errorCode, topics: [] };
}

/**
 * Leaders ask for changes of their ISRs (`ReplicationControlManager.alterPartition`, KIP-497). The records go into the
 * log all the same when one change costs its leader the leadership; it is told NEW_LEADER_ELECTED then.
 */
export function decideAlterPartition(
  state: ControllerState,
  version: number,
  request: AlterPartitionRequest,
): Decision {
  const sender = state.image.broker(request.brokerId);
  if (sender === undefined || sender.epoch !== request.brokerEpoch) {
    return rejected(alterPartitionError(ErrorCode.STALE_BROKER_EPOCH));
  }
  const records: MetadataRecord[] = [];
  const topics = request.topics.map(({ topicId, partitions }) => {
    const topic = state.image.topicsById.get(topicId);
    const answers = partitions.map((change) => {
      if (topic === undefined) return refuse(change, ErrorCode.UNKNOWN_TOPIC_ID);
      const members = version >= 3 ? change.newIsrWithEpochs : withoutEpochs(change.newIsr);
      return alterOne(state, request.brokerId, topic, change, members, records);
    });
    return { topicId, partitions: answers };
  });
  return decided({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, topics }, records);
}

function alterOne(
  state: ControllerState,
  sender: number,
  topic: TopicImage,
  change: PartitionRequest,
  members: readonly Member[],
  records: MetadataRecord[],
): PartitionAnswer {
  const partition = topic.partitions[change.partitionIndex];
  if (partition === undefined) return refuse(change, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const error = rejectAlteration(state, sender, partition, change, members);
  if (error !== ErrorCode.NONE) return refuse(change, error);
  const record = decideChange(state, topic, partition, change, members);
  if (record === null) return accept(change, partition);
  records.push(record);
  if (record.leader !== NO_LEADER_CHANGE && record.leader !== sender) {
    return refuse(change, ErrorCode.NEW_LEADER_ELECTED);
  }
  return accept(change, mergePartition(partition, record));
}

function decideChange(
  state: ControllerState,
  topic: TopicImage,
  partition: PartitionRegistration,
  change: PartitionRequest,
  members: readonly Member[],
): PartitionChangeRecord | null {
  return decidePartitionChange({
    topicId: topic.id,
    partitionId: change.partitionIndex,
    partition,
    election: isUncleanElectionEnabled(state, topic.name) ? 'unclean' : 'online',
    targetIsr: members.map((member) => member.brokerId),
    targetRecoveryState: change.leaderRecoveryState,
    minIsr: effectiveMinIsr(state, topic.name),
    elrEnabled: isElrEnabled(state.image),
    bumpEpochOnShrink: bumpsEpochOnShrink(state.image),
    canLead: (broker) => canLead(state.image, partition, broker),
  });
}

/**
 * The checks in Kafka's order (`validateAlterPartitionData`). A leader that is ahead of this controller knows a
 * newer one: it is sent to look for it. Only then is it told that it is behind.
 */
function rejectAlteration(
  state: ControllerState,
  sender: number,
  partition: PartitionRegistration,
  change: PartitionRequest,
  members: readonly Member[],
): number {
  if (change.leaderEpoch > partition.leaderEpoch) return ErrorCode.NOT_CONTROLLER;
  if (change.partitionEpoch > partition.partitionEpoch) return ErrorCode.NOT_CONTROLLER;
  if (change.leaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (sender !== partition.leader) return ErrorCode.INVALID_REQUEST;
  if (change.partitionEpoch < partition.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;
  if (!isIsrOf(partition, members)) return ErrorCode.INVALID_REQUEST;
  const recovering = change.leaderRecoveryState === RecoveryState.RECOVERING;
  if (recovering && members.length > 1) return ErrorCode.INVALID_REQUEST;
  if (recovering && partition.leaderRecoveryState === 'RECOVERED') return ErrorCode.INVALID_REQUEST;
  for (const member of members) {
    if (!isEligible(state, member)) return ErrorCode.INELIGIBLE_REPLICA;
  }
  return ErrorCode.NONE;
}

/** Replicas of the partition, each once, the leader among them. */
function isIsrOf(partition: PartitionRegistration, members: readonly Member[]): boolean {
  const ids = new Set(members.map((member) => member.brokerId));
  if (ids.size !== members.length || !ids.has(partition.leader)) return false;
  return members.every((member) => partition.replicas.includes(member.brokerId));
}

/**
 * A member must be alive in the incarnation that the leader saw (KIP-841, KIP-903): a broker that came back with an
 * empty disk must not enter the ISR on the strength of what it had before. Epoch -1 skips that check.
 */
function isEligible(state: ControllerState, member: Member): boolean {
  const broker = state.image.broker(member.brokerId);
  if (broker === undefined || broker.inControlledShutdown || broker.fenced) return false;
  return member.brokerEpoch === -1 || member.brokerEpoch === broker.epoch;
}

function withoutEpochs(isr: readonly number[]): Member[] {
  return isr.map((brokerId) => ({ brokerId, brokerEpoch: -1 }));
}

function refuse(change: PartitionRequest, errorCode: number): PartitionAnswer {
  return {
    partitionIndex: change.partitionIndex,
    errorCode,
    leaderId: 0,
    leaderEpoch: 0,
    isr: [],
    leaderRecoveryState: 0,
    partitionEpoch: 0,
  };
}

function accept(change: PartitionRequest, partition: PartitionRegistration): PartitionAnswer {
  return {
    partitionIndex: change.partitionIndex,
    errorCode: ErrorCode.NONE,
    leaderId: partition.leader,
    leaderEpoch: partition.leaderEpoch,
    isr: partition.isr,
    leaderRecoveryState:
      partition.leaderRecoveryState === 'RECOVERING' ? RecoveryState.RECOVERING : RecoveryState.RECOVERED,
    partitionEpoch: partition.partitionEpoch,
  };
}

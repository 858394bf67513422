import {
  DirectoryId,
  hasUncordonedDirectory,
  isActive,
  type MetadataRecord,
  type PartitionRecord,
  RecoveryState,
  sortedIds,
} from '../metadata/index.ts';
import { type CreateTopicsRequest, ErrorCode } from '../wire/index.ts';
import type { UsableBroker } from './broker-heartbeats.ts';
import type { ControllerState } from './controller-state.ts';
import { type ApiError, apiError } from './decision.ts';
import { placeReplicas } from './replica-placement.ts';

export type TopicRequest = CreateTopicsRequest['topics'][number];

/** The replicas of each partition, or why there can be none. */
export type Assignment = readonly (readonly number[])[] | ApiError;

/** Where a new topic's replicas go: where the request says, or where the placer puts them. */
export function decideAssignment(state: ControllerState, topic: TopicRequest): Assignment {
  if (topic.assignments.length > 0) return assignByHand(state, topic);
  if (topic.replicationFactor < -1 || topic.replicationFactor === 0) {
    return apiError(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  }
  if (topic.numPartitions < -1 || topic.numPartitions === 0) {
    return apiError(
      ErrorCode.INVALID_PARTITIONS,
      'Number of partitions was set to an invalid non-positive value.',
    );
  }
  return place(state, topic);
}

function place(state: ControllerState, topic: TopicRequest): Assignment {
  const { config } = state;
  const partitions = topic.numPartitions === -1 ? config['num.partitions'] : topic.numPartitions;
  const factor =
    topic.replicationFactor === -1 ? config['default.replication.factor'] : topic.replicationFactor;
  const placement = placeReplicas(placeableBrokers(state), partitions, factor, state.placementRandom);
  const unable = `Unable to replicate the partition ${factor} time(s): `;
  if ('error' in placement) {
    return apiError(ErrorCode.INVALID_REPLICATION_FACTOR, unable + placement.error);
  }
  if (placement.some((replicas) => activeOf(state, replicas).length === 0)) {
    const why = 'All brokers are currently fenced or in controlled shutdown.';
    return apiError(ErrorCode.INVALID_REPLICATION_FACTOR, unable + why);
  }
  return placement;
}

/** Brokers with room for a new replica: those whose directories are not all cordoned (KIP-1066). */
export function placeableBrokers(state: ControllerState): readonly UsableBroker[] {
  const { image } = state;
  return state.heartbeats.usableBrokers(image, (id) => {
    const broker = image.broker(id);
    return broker !== undefined && hasUncordonedDirectory(broker);
  });
}

function assignByHand(state: ControllerState, topic: TopicRequest): Assignment {
  if (topic.replicationFactor !== -1 || topic.numPartitions !== -1) {
    const what = topic.replicationFactor !== -1 ? 'replication factor' : 'numPartitions';
    return apiError(
      ErrorCode.INVALID_REQUEST,
      `A manual partition assignment was specified, but ${what} was not set to -1.`,
    );
  }
  const byIndex = new Map<number, readonly number[]>();
  let factor = -1;
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (byIndex.has(partitionIndex)) {
      return invalid(`Found multiple manual partition assignments for partition ${partitionIndex}`);
    }
    const problem = rejectReplicas(state, brokerIds, factor);
    if (problem !== null) return invalid(problem);
    factor = brokerIds.length;
    if (activeOf(state, brokerIds).length === 0) {
      return invalid(
        'All brokers specified in the manual partition assignment for ' +
          `partition ${partitionIndex} are fenced or in controlled shutdown.`,
      );
    }
    byIndex.set(partitionIndex, brokerIds);
  }
  const assignment: (readonly number[])[] = [];
  for (let index = 0; index < byIndex.size; index += 1) {
    const replicas = byIndex.get(index);
    if (replicas === undefined) return invalid('partitions should be a consecutive 0-based integer sequence');
    assignment.push(replicas);
  }
  return assignment;
}

/** What is wrong with one partition's replicas (`validateManualPartitionAssignment`); `factor` is -1 for the first. */
export function rejectReplicas(
  state: ControllerState,
  brokers: readonly number[],
  factor: number,
): string | null {
  const subject = 'The manual partition assignment includes';
  if (brokers.length === 0) return `${subject} an empty replica list.`;
  const sorted = sortedIds(brokers);
  for (let at = 0; at < sorted.length; at += 1) {
    const id = sorted[at] ?? -1;
    const broker = state.image.broker(id);
    if (broker === undefined) return `${subject} broker ${id}, but no such broker is registered.`;
    if (!hasUncordonedDirectory(broker)) {
      return `${subject} broker ${id}, but all its log directories are cordoned.`;
    }
    if (at > 0 && sorted[at - 1] === id) return `${subject} the broker ${id} more than once.`;
  }
  if (factor < 0 || factor === brokers.length) return null;
  return (
    `${subject} a partition with ${brokers.length} replica(s), but this is not consistent with ` +
    `previous partitions, which have ${factor} replica(s).`
  );
}

/** The records of new partitions of a topic: ISR are the replicas that live, the first of them leads. */
export function partitionRecords(
  state: ControllerState,
  topicId: string,
  assignment: readonly (readonly number[])[],
  firstPartition = 0,
): MetadataRecord[] {
  return assignment.map((replicas, at): PartitionRecord => {
    const isr = activeOf(state, replicas);
    return {
      type: 'PartitionRecord',
      partitionId: firstPartition + at,
      topicId,
      replicas,
      isr: sortedIds(isr),
      removingReplicas: [],
      addingReplicas: [],
      leader: isr[0] ?? -1,
      leaderRecoveryState: RecoveryState.RECOVERED,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: replicas.map((broker) => defaultDirectory(state, broker)),
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    };
  });
}

/** A broker with one directory puts a replica nowhere else; with several it tells later (KIP-858). */
export function defaultDirectory(state: ControllerState, broker: number): string {
  const directories = state.image.broker(broker)?.directories ?? [];
  const only = directories[0];
  if (directories.length === 1 && only !== undefined) return only;
  return directories.length === 0 ? DirectoryId.MIGRATING : DirectoryId.UNASSIGNED;
}

export function activeOf(state: ControllerState, replicas: readonly number[]): readonly number[] {
  return replicas.filter((id) => isActive(state.image.broker(id)));
}

function invalid(message: string): ApiError {
  return apiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
}

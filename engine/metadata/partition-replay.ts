import { assert } from '../machine/index.ts';
import { DirectoryId } from './directory-id.ts';
import {
  NO_LEADER_CHANGE,
  type PartitionChangeRecord,
  type PartitionRecord,
  RecoveryState,
} from './record.ts';
import type { PartitionRegistration } from './registration.ts';

const NONE: readonly number[] = [];

/** The registration that a PartitionRecord establishes (`PartitionRegistration`). Sets of brokers are kept sorted. */
export function partitionFromRecord(record: PartitionRecord): PartitionRegistration {
  assert(
    record.directories.length === 0 || record.directories.length === record.replicas.length,
    'a partition record has one directory a replica',
  );
  return {
    replicas: record.replicas,
    directories: orMigrating(record.directories, record.replicas.length),
    isr: sortedIds(record.isr),
    removingReplicas: record.removingReplicas,
    addingReplicas: record.addingReplicas,
    elr: sortedIds(record.eligibleLeaderReplicas ?? NONE),
    lastKnownElr: record.lastKnownElr ?? NONE,
    leader: record.leader,
    leaderRecoveryState: record.leaderRecoveryState === RecoveryState.RECOVERING ? 'RECOVERING' : 'RECOVERED',
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  };
}

/**
 * A partition after a change (`PartitionRegistration.merge`). The partition epoch rises with every change; the leader
 * epoch whenever the record names a leader, be it the same one.
 */
export function mergePartition(
  partition: PartitionRegistration,
  change: PartitionChangeRecord,
): PartitionRegistration {
  const replicas = change.replicas ?? partition.replicas;
  const leaderChanges = change.leader !== NO_LEADER_CHANGE;
  return {
    replicas,
    directories: orMigrating(change.directories ?? partition.directories, replicas.length),
    isr: change.isr === null ? partition.isr : sortedIds(change.isr),
    removingReplicas: change.removingReplicas ?? partition.removingReplicas,
    addingReplicas: change.addingReplicas ?? partition.addingReplicas,
    elr: change.eligibleLeaderReplicas === null ? partition.elr : sortedIds(change.eligibleLeaderReplicas),
    lastKnownElr: change.lastKnownElr ?? partition.lastKnownElr,
    leader: leaderChanges ? change.leader : partition.leader,
    leaderRecoveryState: mergeRecoveryState(partition.leaderRecoveryState, change.leaderRecoveryState),
    leaderEpoch: leaderChanges ? partition.leaderEpoch + 1 : partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch + 1,
  };
}

/** The record that restores a partition from a snapshot. Empty ELR fields are left out, as Kafka does. */
export function partitionToRecord(
  topicId: string,
  partitionId: number,
  partition: PartitionRegistration,
): PartitionRecord {
  return {
    type: 'PartitionRecord',
    partitionId,
    topicId,
    replicas: partition.replicas,
    isr: partition.isr,
    removingReplicas: partition.removingReplicas,
    addingReplicas: partition.addingReplicas,
    leader: partition.leader,
    leaderRecoveryState:
      partition.leaderRecoveryState === 'RECOVERING' ? RecoveryState.RECOVERING : RecoveryState.RECOVERED,
    leaderEpoch: partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch,
    directories: partition.directories,
    eligibleLeaderReplicas: partition.elr.length > 0 ? partition.elr : null,
    lastKnownElr: partition.lastKnownElr.length > 0 ? partition.lastKnownElr : null,
  };
}

/** Ids in ascending order; the same list when it is sorted already. */
export function sortedIds(ids: readonly number[]): readonly number[] {
  for (let at = 1; at < ids.length; at += 1) {
    if ((ids[at - 1] ?? 0) > (ids[at] ?? 0)) return ids.toSorted((a, b) => a - b);
  }
  return ids;
}

function mergeRecoveryState(state: 'RECOVERED' | 'RECOVERING', change: number): 'RECOVERED' | 'RECOVERING' {
  if (change === RecoveryState.NO_CHANGE) return state;
  return change === RecoveryState.RECOVERING ? 'RECOVERING' : 'RECOVERED';
}

/** Directories that were never told are MIGRATING, all of them. */
function orMigrating(directories: readonly string[], count: number): readonly string[] {
  for (const directory of directories) {
    if (directory !== DirectoryId.MIGRATING) return directories;
  }
  return directories.length === count ? directories : new Array<string>(count).fill(DirectoryId.MIGRATING);
}

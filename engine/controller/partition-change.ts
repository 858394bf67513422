import { assert } from '../machine/index.ts';
import {
  DirectoryId,
  NO_LEADER,
  NO_LEADER_CHANGE,
  type PartitionChangeRecord,
  type PartitionRegistration,
  partitionChangeRecord,
  RecoveryState,
  sortedIds,
} from '../metadata/index.ts';
import { type Election, electLeader } from './elect-leader.ts';
import { completeReassignment, type Reassignment } from './reassignment.ts';

export interface PartitionChangeInput {
  readonly topicId: string;
  readonly partitionId: number;
  readonly partition: PartitionRegistration;
  readonly election: Election;
  /** The ISR to have; the one there is when left out. */
  readonly targetIsr?: readonly number[];
  /** The replicas to have, the preferred leader first; those there are when left out. */
  readonly targetReplicas?: readonly number[];
  /** Replicas that a reassignment adds and removes; those of the one under way when left out. */
  readonly targetAdding?: readonly number[];
  readonly targetRemoving?: readonly number[];
  /** Where a replica goes that is new; needed with `targetReplicas`. */
  readonly defaultDirectory?: (broker: number) => string;
  /** Directory ids in the order of the replicas; those there are when left out. */
  readonly targetDirectories?: readonly string[];
  /** The recovery state that the leader reports; the one there is when left out. */
  readonly targetRecoveryState?: number;
  /** A replica that may have lost what it had: it leaves the ELR too. */
  readonly uncleanShutdownReplica?: number;
  readonly minIsr: number;
  readonly elrEnabled: boolean;
  readonly bumpEpochOnShrink: boolean;
  readonly canLead: (broker: number) => boolean;
}

interface Draft {
  isr: readonly number[] | null;
  leader: number;
  leaderRecoveryState: number;
  eligibleLeaderReplicas: readonly number[] | null;
  lastKnownElr: readonly number[] | null;
  directories: readonly string[] | null;
  replicas: readonly number[] | null;
  addingReplicas: readonly number[] | null;
  removingReplicas: readonly number[] | null;
}

/**
 * The record that brings a partition to what is wanted of it, electing a leader on the way, or null when nothing
 * changes (`PartitionChangeBuilder.build`). The order matters: the ELR is filled from the old ISR before the
 * election, which may take its leader from it, and emptied after an unclean one. A reassignment that the ISR allows is
 * completed first of all.
 */
export function decidePartitionChange(input: PartitionChangeInput): PartitionChangeRecord | null {
  const { partition } = input;
  const target = decideAssignment(input);
  let targetIsr = target.isr;
  let targetElr = decideElr(input, target);
  const draft: Draft = {
    isr: null,
    leader: NO_LEADER_CHANGE,
    leaderRecoveryState: RecoveryState.NO_CHANGE,
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
    directories: changedDirectories(input, target.replicas),
    replicas: changed(target.replicas, partition.replicas),
    addingReplicas: changed(target.adding, partition.addingReplicas),
    removingReplicas: changed(target.removing, partition.removingReplicas),
  };

  const elected = electLeader({ ...input, targetReplicas: target.replicas, targetIsr, targetElr });
  if (elected.leader !== partition.leader) {
    if (targetElr.includes(elected.leader)) {
      targetIsr = [elected.leader];
      targetElr = targetElr.filter((replica) => replica !== elected.leader);
    }
    draft.leader = elected.leader;
    if (elected.unclean) {
      // Whatever the others hold beyond the new leader's log is given up.
      draft.isr = [elected.leader];
      if (partition.leaderRecoveryState !== 'RECOVERING')
        draft.leaderRecoveryState = RecoveryState.RECOVERING;
    }
  }

  // A replica that left stops at the new epoch, and whoever it led or followed knows.
  const leaves = partition.replicas.some((replica) => !target.replicas.includes(replica));
  if (leaves && draft.leader === NO_LEADER_CHANGE) draft.leader = partition.leader;
  if (draft.isr !== null || !input.elrEnabled) targetElr = [];
  if (!sameIds(targetElr, partition.elr)) draft.eligibleLeaderReplicas = targetElr;
  // Without ELR the last member of the ISR stays in it when it goes: it is the only one that may lead again.
  if (
    draft.isr === null &&
    (targetIsr.length > 0 || input.elrEnabled) &&
    !sameIds(targetIsr, partition.isr)
  ) {
    draft.isr = targetIsr;
  }
  bumpEpochOnShrink(input, draft);
  updateLastKnownLeader(input, draft);
  const recovery =
    partition.leaderRecoveryState === 'RECOVERING' ? RecoveryState.RECOVERING : RecoveryState.RECOVERED;
  if (input.targetRecoveryState !== undefined && input.targetRecoveryState !== recovery) {
    draft.leaderRecoveryState = input.targetRecoveryState;
  }
  if (isNoOp(draft)) return null;
  return partitionChangeRecord(input.topicId, input.partitionId, draft);
}

/** Replicas and ISR to have: those asked for, or what a reassignment that they complete leaves of them. */
function decideAssignment(input: PartitionChangeInput): Reassignment & { readonly isr: readonly number[] } {
  const { partition } = input;
  const isr = sortedIds(input.targetIsr ?? partition.isr);
  const move = {
    replicas: input.targetReplicas ?? partition.replicas,
    adding: input.targetAdding ?? partition.addingReplicas,
    removing: input.targetRemoving ?? partition.removingReplicas,
  };
  const completed = completeReassignment(move, isr);
  return completed === null ? { ...move, isr } : { ...completed, adding: [], removing: [] };
}

/**
 * The ELR beside a target ISR: empty once the ISR is large enough, else those who were in ISR or ELR and are not in
 * the new ISR. While the ISR is below min.insync.replicas nothing is committed, so none of them misses anything.
 * Kafka keeps a replica there that the same change removes from the partition; here it goes.
 */
function decideElr(
  input: PartitionChangeInput,
  target: { readonly replicas: readonly number[]; readonly isr: readonly number[] },
): readonly number[] {
  const { partition } = input;
  if (!input.elrEnabled) return partition.elr;
  if (target.isr.length >= input.minIsr) return [];
  const candidates = new Set([...partition.elr, ...partition.isr]);
  for (const replica of target.isr) candidates.delete(replica);
  if (input.uncleanShutdownReplica !== undefined) candidates.delete(input.uncleanShutdownReplica);
  return [...candidates].filter((replica) => target.replicas.includes(replica)).sort((a, b) => a - b);
}

function bumpEpochOnShrink(input: PartitionChangeInput, draft: Draft): void {
  const { isr } = draft;
  if (!input.bumpEpochOnShrink || draft.leader !== NO_LEADER_CHANGE || isr === null) return;
  if (input.partition.isr.some((replica) => !isr.includes(replica))) draft.leader = input.partition.leader;
}

/** Remembered when a partition loses its leader, forgotten when it has one again. Kafka may write -1 here: nobody. */
function updateLastKnownLeader(input: PartitionChangeInput, draft: Draft): void {
  if (!input.elrEnabled) return;
  const known = input.partition.lastKnownElr.length > 0;
  if (draft.leader === NO_LEADER && !known && input.partition.leader !== NO_LEADER)
    draft.lastKnownElr = [input.partition.leader];
  else if (draft.leader >= 0 && known) draft.lastKnownElr = [];
}

function isNoOp(draft: Draft): boolean {
  return (
    draft.isr === null &&
    draft.leader === NO_LEADER_CHANGE &&
    draft.leaderRecoveryState === RecoveryState.NO_CHANGE &&
    draft.eligibleLeaderReplicas === null &&
    draft.lastKnownElr === null &&
    draft.directories === null &&
    draft.replicas === null &&
    draft.addingReplicas === null &&
    draft.removingReplicas === null
  );
}

function changedDirectories(
  { partition, targetDirectories, defaultDirectory }: PartitionChangeInput,
  replicas: readonly number[],
): readonly string[] | null {
  const kept = targetDirectories ?? partition.directories;
  const directories = replicas.map((replica) => {
    const at = partition.replicas.indexOf(replica);
    if (at >= 0) return kept[at] ?? DirectoryId.MIGRATING;
    assert(defaultDirectory !== undefined, 'a new replica has a directory');
    return defaultDirectory(replica);
  });
  const { length } = partition.directories;
  const same =
    directories.length === length && directories.every((id, at) => id === partition.directories[at]);
  return same ? null : directories;
}

function changed(target: readonly number[], current: readonly number[]): readonly number[] | null {
  return sameIds(target, current) ? null : target;
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, at) => id === b[at]);
}

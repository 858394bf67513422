import type { RequestId } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { assert, MS, unreachable } from '../machine/index.ts';
import { ErrorCode } from '../wire/index.ts';
import { votersRecordOf } from './epoch-start.ts';
import { sendApiVersions } from './messages/api-versions.ts';
import { updateRaftVoterResponse } from './messages/update-raft-voter.ts';
import type { RaftCore } from './raft-core.ts';
import { NEVER } from './raft-timer.ts';
import type { Leader } from './roles/leader.ts';
import { type KeyedVoter, VoterChange, type VoterChangeGoal } from './voter-change.ts';
import { describeReplicaKey, describeVoters, type VoterSet } from './voters.ts';

const COMMITTED: { readonly [kind in VoterChangeGoal['kind']]: string } = {
  add: 'raft: voter added',
  remove: 'raft: voter removed',
  update: 'raft: voter updated',
};

/** Why a change of voters is refused. */
export interface Refusal {
  readonly errorCode: number;
  readonly message: string | null;
}

/** The range of `kraft.version` that a replica tells of itself; null when it knows none of it. */
export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

function timedOut(message: string | null): Refusal {
  return { errorCode: ErrorCode.REQUEST_TIMED_OUT, message };
}

/** No change under way, and a record of this epoch committed: what any change needs. */
export function refuseAnyChange(core: RaftCore, leader: Leader, now: Us): Refusal | null {
  expireVoterChange(core, leader, now);
  if (leader.change !== null) {
    return timedOut('Request timed out waiting for leader to handle previous voter change request');
  }
  if (!leader.hasCommittedInEpoch()) {
    return timedOut('Request timed out waiting for leader to establish HWM and fence previous voter changes');
  }
  return null;
}

/** Joining and leaving need a dynamic quorum, whose latest voters are committed: one change at a time. */
export function refuseMembershipChange(
  core: RaftCore,
  leader: Leader,
  change: string,
  now: Us,
): Refusal | null {
  const refusal = refuseAnyChange(core, leader, now);
  if (refusal !== null) return refusal;
  const { kraftVersion, lastEntry } = core.log.voters;
  if (kraftVersion === 0) {
    const message = `Cluster doesn't support ${change} voter because the kraft.version feature is 0`;
    return { errorCode: ErrorCode.UNSUPPORTED_VERSION, message };
  }
  if (lastEntry === null || !leader.isCommitted(lastEntry.offset)) {
    return timedOut(
      `Request timed out waiting for voters to commit the latest voter change at ${lastEntry?.offset} ` +
        `with HWM ${leader.highWatermark}`,
    );
  }
  return null;
}

/** Asks the replica what it supports before it is written down. Null: under way, and answered later. */
export function beginVoterChange(
  core: RaftCore,
  leader: Leader,
  request: RequestId,
  goal: VoterChangeGoal & { readonly voter: KeyedVoter },
  now: Us,
): Refusal | null {
  const { voter } = goal;
  if (!core.pacing.isReady(voter.id, now)) {
    return timedOut(
      `New voter ${describeReplicaKey(voter.id, voter.directoryId)} is not ready to receive requests`,
    );
  }
  core.nodes.learn(voter.id, voter.host, voter.port);
  sendApiVersions(core, voter.id, now);
  leader.change = new VoterChange(goal, request, deadlineOf(core, now));
  return null;
}

/** Writes the voters without one of them; committed is committed with the others alone. */
export function removeVoter(
  core: RaftCore,
  leader: Leader,
  request: RequestId,
  voters: VoterSet,
  now: Us,
): void {
  leader.change = new VoterChange({ kind: 'remove' }, request, deadlineOf(core, now));
  leader.change.lastOffset = core.appendControl([votersRecordOf(voters)], now);
}

function deadlineOf(core: RaftCore, now: Us): Us {
  return now + core.config['controller.quorum.request.timeout.ms'] * MS;
}

/** A replica has told what it supports. `errorCode` is that of its answer. */
export function onSupportedVersions(
  core: RaftCore,
  leader: Leader,
  id: number,
  errorCode: number,
  supported: VersionRange | null,
  now: Us,
): boolean {
  const { change } = leader;
  if (change === null || !change.awaitsVersionsOf(id)) return true;
  const { goal } = change;
  if (goal.kind === 'remove') return true;
  if (errorCode !== ErrorCode.NONE) {
    const key = describeReplicaKey(goal.voter.id, goal.voter.directoryId);
    const message = `Aborted add voter operation for ${key} since API_VERSIONS returned an error ${errorCode}`;
    endVoterChange(core, leader, ErrorCode.REQUEST_TIMED_OUT, message);
    return false;
  }
  const refusal =
    goal.kind === 'add'
      ? completeAdd(core, leader, change, goal, supported, now)
      : completeUpdate(core, leader, change, goal.voter, supported, now);
  if (refusal !== null) endVoterChange(core, leader, refusal.errorCode, refusal.message);
  return true;
}

function completeAdd(
  core: RaftCore,
  leader: Leader,
  change: VoterChange,
  goal: VoterChangeGoal & { readonly kind: 'add' },
  supported: VersionRange | null,
  now: Us,
): Refusal | null {
  const { id, directoryId } = goal.voter;
  const key = describeReplicaKey(id, directoryId);
  const { current, kraftVersion } = core.log.voters;
  if (supported === null || !isWithin(kraftVersion, supported)) {
    const range = `(min: ${supported?.minVersion ?? 0}, max: ${supported?.maxVersion ?? 0})`;
    const message =
      `Aborted add voter operation for ${key} since the kraft.version range ${range} doesn't support the ` +
      `finalized version ${kraftVersion}`;
    return { errorCode: ErrorCode.INVALID_REQUEST, message };
  }
  // Who lags would hold up the high watermark from its first moment as a voter.
  if (!leader.isCaughtUp(id, directoryId, now)) {
    return timedOut(`Aborted add voter operation for ${key} since it is lagging behind`);
  }
  const { minVersion, maxVersion } = supported;
  const voters = current.add({ ...goal.voter, minVersion, maxVersion });
  assert(voters !== null, () => `${key} is to join ${describeVoters(current)}, and is in it`);
  change.lastOffset = core.appendControl([votersRecordOf(voters)], now);
  if (!goal.ackWhenCommitted) answerVoterChange(core, change, ErrorCode.NONE, null);
  return null;
}

function completeUpdate(
  core: RaftCore,
  leader: Leader,
  change: VoterChange,
  voter: KeyedVoter,
  supported: VersionRange | null,
  now: Us,
): Refusal | null {
  const invalid: Refusal = { errorCode: ErrorCode.INVALID_REQUEST, message: null };
  const { kraftVersion, lastEntry } = core.log.voters;
  const isSame = supported?.minVersion === voter.minVersion && supported.maxVersion === voter.maxVersion;
  if (!isSame || !isWithin(kraftVersion, voter)) return invalid;
  if (kraftVersion === 0) {
    const updated = leader.volatileVoters?.updateIgnoringDirectory(voter);
    // Between the write of an upgrade and its place in the log there are no voters to change.
    if (updated === undefined) return timedOut(null);
    if (updated === null) return { errorCode: ErrorCode.VOTER_NOT_FOUND, message: null };
    leader.volatileVoters = updated;
    leader.heardOf(voter.id, voter.directoryId, now);
    endVoterChange(core, leader, ErrorCode.NONE, null);
    return null;
  }
  if (lastEntry === null || !leader.isCommitted(lastEntry.offset)) return timedOut(null);
  const updated = lastEntry.value.update(voter);
  if (updated === null) return { errorCode: ErrorCode.VOTER_NOT_FOUND, message: null };
  change.lastOffset = core.appendControl([votersRecordOf(updated)], now);
  leader.heardOf(voter.id, voter.directoryId, now);
  // Answered at once, so that the voter goes on fetching and helps to commit the change.
  answerVoterChange(core, change, ErrorCode.NONE, null);
  return null;
}

function isWithin(kraftVersion: number, { minVersion, maxVersion }: VersionRange): boolean {
  return minVersion <= kraftVersion && kraftVersion <= maxVersion;
}

/** The high watermark has moved: a change below it is done. A leader that is no voter any more leaves. */
export function advanceVoterChange(core: RaftCore, leader: Leader, out: Outbox): void {
  const { change } = leader;
  if (change === null || change.lastOffset < 0 || !leader.isCommitted(change.lastOffset)) return;
  out.probe(COMMITTED[change.goal.kind]);
  endVoterChange(core, leader, ErrorCode.NONE, null);
  if (change.goal.kind === 'remove' && !core.isVoter) {
    out.probe('raft: leader removed itself');
    leader.resignRequested = true;
  }
}

/** Gives a change up that takes too long; its record may be committed all the same. Answers when to look again. */
export function expireVoterChange(core: RaftCore, leader: Leader, now: Us): Us {
  const { change } = leader;
  if (change === null) return NEVER;
  if (now < change.deadline) return change.deadline;
  endVoterChange(core, leader, ErrorCode.REQUEST_TIMED_OUT, null);
  return NEVER;
}

export function endVoterChange(
  core: RaftCore,
  leader: Leader,
  errorCode: number,
  message: string | null,
): void {
  const { change } = leader;
  if (change === null) return;
  leader.change = null;
  answerVoterChange(core, change, errorCode, message);
}

function answerVoterChange(
  core: RaftCore,
  change: VoterChange,
  errorCode: number,
  errorMessage: string | null,
): void {
  if (change.isAnswered) return;
  change.isAnswered = true;
  const { goal, request } = change;
  switch (goal.kind) {
    case 'add':
    case 'remove':
      core.outbound.respond(request, { throttleTimeMs: 0, errorCode, errorMessage });
      return;
    case 'update':
      core.outbound.respond(request, updateRaftVoterResponse(core, errorCode));
      return;
    default:
      unreachable(goal);
  }
}

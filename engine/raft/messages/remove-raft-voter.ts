import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import { assert } from '../../machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  type RemoveRaftVoterRequest,
  type RemoveRaftVoterResponse,
  ZERO_UUID,
} from '../../wire/index.ts';
import { onUnexpectedError } from '../leader-news.ts';
import type { RaftCore } from '../raft-core.ts';
import { isSameCluster, rejectLeaderRequest } from '../request-checks.ts';
import type { Follower } from '../roles/follower.ts';
import { refuseMembershipChange, removeVoter } from '../voter-changes.ts';
import { describeReplicaKey, describeVoters, type ReplicaKey } from '../voters.ts';

/** A controller that lost its disk has the voter removed that it was before (KIP-1186). */
export function sendRemoveRaftVoter(core: RaftCore, follower: Follower, former: ReplicaKey, now: Us): void {
  const request: RemoveRaftVoterRequest = {
    clusterId: core.clusterId,
    voterId: former.id,
    voterDirectoryId: former.directoryId ?? ZERO_UUID,
  };
  core.send(follower.leader, ApiKey.RemoveRaftVoter, request, now);
}

/** Null: parked until the voters without that one are committed. The leader may remove itself. */
export function handleRemoveRaftVoter(
  core: RaftCore,
  now: Us,
  request: Request<RemoveRaftVoterRequest>,
): RemoveRaftVoterResponse | null {
  const { clusterId, voterId, voterDirectoryId } = request.body;
  if (!isSameCluster(core, clusterId)) {
    const message = `The given id "${clusterId}" doesn't match the cluster id "${core.clusterId}"`;
    return respond(ErrorCode.INCONSISTENT_CLUSTER_ID, message);
  }
  const error = rejectLeaderRequest(core, core.epoch);
  if (error !== null) return respond(error, null);
  if (voterId < 0 || voterDirectoryId === ZERO_UUID) {
    return respond(ErrorCode.INVALID_REQUEST, "Remove voter request didn't include a valid voter");
  }
  const leader = core.quorum.role;
  assert(leader.kind === 'leader', 'only the leader changes voters');
  const refusal = refuseMembershipChange(core, leader, 'removing', now);
  if (refusal !== null) return respond(refusal.errorCode, refusal.message);
  const voters = core.log.voters.current;
  const others = voters.remove(voterId, voterDirectoryId);
  if (others === null) {
    const key = describeReplicaKey(voterId, voterDirectoryId);
    const message = `Cannot remove voter ${key} from the set of voters ${describeVoters(voters)}`;
    return respond(ErrorCode.VOTER_NOT_FOUND, message);
  }
  removeVoter(core, leader, request.id, others, now);
  return null;
}

/** Whether the answer to one that makes room for itself was a good one. */
export function onRemoveRaftVoterResponse(
  core: RaftCore,
  now: Us,
  { errorCode }: RemoveRaftVoterResponse,
  out: Outbox,
): boolean {
  switch (errorCode) {
    case ErrorCode.NONE:
    case ErrorCode.REQUEST_TIMED_OUT:
    case ErrorCode.VOTER_NOT_FOUND:
      core.postponeVoterUpdate(now);
      return true;
    default:
      return onUnexpectedError(out);
  }
}

function respond(errorCode: number, errorMessage: string | null): RemoveRaftVoterResponse {
  return { throttleTimeMs: 0, errorCode, errorMessage };
}

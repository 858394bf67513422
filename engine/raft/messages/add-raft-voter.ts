import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import { assert } from '../../machine/index.ts';
import {
  type AddRaftVoterRequest,
  type AddRaftVoterResponse,
  ApiKey,
  ErrorCode,
  ZERO_UUID,
} from '../../wire/index.ts';
import { onUnexpectedError } from '../leader-news.ts';
import type { RaftCore } from '../raft-core.ts';
import { isSameCluster, rejectLeaderRequest } from '../request-checks.ts';
import type { Follower } from '../roles/follower.ts';
import { beginVoterChange, refuseMembershipChange } from '../voter-changes.ts';
import { describeReplicaKey, describeVoters, LISTENER_NAME } from '../voters.ts';

/** A controller that is to join by itself asks for it (KIP-1186), and goes on fetching so that it can be counted. */
export function sendAddRaftVoter(core: RaftCore, follower: Follower, now: Us): void {
  const { self, config, clusterId } = core;
  const request: AddRaftVoterRequest = {
    clusterId,
    timeoutMs: config['controller.quorum.request.timeout.ms'],
    voterId: self.id,
    voterDirectoryId: self.directoryId,
    listeners: core.ownEndpoints(),
    ackWhenCommitted: false,
  };
  core.send(follower.leader, ApiKey.AddRaftVoter, request, now);
}

/** Null: parked until the replica has told what it supports, and, if so asked, the new voters are committed. */
export function handleAddRaftVoter(
  core: RaftCore,
  now: Us,
  request: Request<AddRaftVoterRequest>,
): AddRaftVoterResponse | null {
  const { clusterId, voterId, voterDirectoryId, listeners, ackWhenCommitted } = request.body;
  if (!isSameCluster(core, clusterId)) {
    const message = `The given id "${clusterId}" doesn't match the cluster id "${core.clusterId}"`;
    return respond(ErrorCode.INCONSISTENT_CLUSTER_ID, message);
  }
  const error = rejectLeaderRequest(core, core.epoch);
  if (error !== null) return respond(error, null);
  if (voterId < 0 || voterDirectoryId === ZERO_UUID) {
    return respond(ErrorCode.INVALID_REQUEST, "Add voter request didn't include a valid voter");
  }
  const endpoint = listeners.find(({ name }) => name === LISTENER_NAME);
  if (endpoint === undefined) {
    const message = `Add voter request didn't include the endpoint for the default listener ${LISTENER_NAME}`;
    return respond(ErrorCode.INVALID_REQUEST, message);
  }
  const leader = core.quorum.role;
  assert(leader.kind === 'leader', 'only the leader changes voters');
  const refusal = refuseMembershipChange(core, leader, 'adding', now);
  if (refusal !== null) return respond(refusal.errorCode, refusal.message);
  const voters = core.log.voters.current;
  if (voters.has(voterId)) {
    const key = describeReplicaKey(voterId, voterDirectoryId);
    const message = `The voter id for ${key} is already part of the set of voters ${describeVoters(voters)}.`;
    return respond(ErrorCode.DUPLICATE_VOTER, message);
  }
  const { host, port } = endpoint;
  const voter = { id: voterId, directoryId: voterDirectoryId, host, port, minVersion: 0, maxVersion: 0 };
  const unready = beginVoterChange(core, leader, request.id, { kind: 'add', voter, ackWhenCommitted }, now);
  return unready === null ? null : respond(unready.errorCode, unready.message);
}

/** Whether the answer to one that joins by itself was a good one. Timed out and joined already are. */
export function onAddRaftVoterResponse(
  core: RaftCore,
  now: Us,
  { errorCode }: AddRaftVoterResponse,
  out: Outbox,
): boolean {
  switch (errorCode) {
    case ErrorCode.NONE:
    case ErrorCode.REQUEST_TIMED_OUT:
    case ErrorCode.DUPLICATE_VOTER:
      core.postponeVoterUpdate(now);
      return true;
    default:
      return onUnexpectedError(out);
  }
}

function respond(errorCode: number, errorMessage: string | null): AddRaftVoterResponse {
  return { throttleTimeMs: 0, errorCode, errorMessage };
}

import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import { assert } from '../../machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  type UpdateRaftVoterRequest,
  type UpdateRaftVoterResponse,
  ZERO_UUID,
} from '../../wire/index.ts';
import { handleCommonResponse, onUnexpectedError } from '../leader-news.ts';
import { voterNodeOf } from '../quorum.ts';
import type { RaftCore } from '../raft-core.ts';
import { isSameCluster, rejectLeaderRequest } from '../request-checks.ts';
import type { Follower } from '../roles/follower.ts';
import { beginVoterChange, refuseAnyChange } from '../voter-changes.ts';
import { LISTENER_NAME } from '../voters.ts';

/** A voter makes itself known as it is: where it listens, and at kraft.version 0 its directory. */
export function sendUpdateRaftVoter(core: RaftCore, follower: Follower, now: Us): void {
  const { id, directoryId, minVersion, maxVersion } = voterNodeOf(core.self);
  const request: UpdateRaftVoterRequest = {
    clusterId: core.clusterId,
    currentLeaderEpoch: follower.epoch,
    voterId: id,
    voterDirectoryId: directoryId,
    listeners: core.ownEndpoints(),
    kRaftVersionFeature: { minSupportedVersion: minVersion, maxSupportedVersion: maxVersion },
  };
  core.send(follower.leader, ApiKey.UpdateRaftVoter, request, now);
}

/** Null: parked until the voter has told on that endpoint what it supports. */
export function handleUpdateRaftVoter(
  core: RaftCore,
  now: Us,
  request: Request<UpdateRaftVoterRequest>,
): UpdateRaftVoterResponse | null {
  const { clusterId, currentLeaderEpoch, voterId, voterDirectoryId, listeners } = request.body;
  if (!isSameCluster(core, clusterId)) {
    return updateRaftVoterResponse(core, ErrorCode.INCONSISTENT_CLUSTER_ID);
  }
  const error = rejectLeaderRequest(core, currentLeaderEpoch);
  if (error !== null) return updateRaftVoterResponse(core, error);
  const { minSupportedVersion, maxSupportedVersion } = request.body.kRaftVersionFeature;
  const isRange = minSupportedVersion >= 0 && maxSupportedVersion >= minSupportedVersion;
  if (voterId < 0 || voterDirectoryId === ZERO_UUID || !isRange) {
    return updateRaftVoterResponse(core, ErrorCode.INVALID_REQUEST);
  }
  const leader = core.quorum.role;
  assert(leader.kind === 'leader', 'only the leader changes voters');
  const refusal = refuseAnyChange(core, leader, now);
  if (refusal !== null) return updateRaftVoterResponse(core, refusal.errorCode);
  const endpoint = listeners.find(({ name }) => name === LISTENER_NAME);
  if (endpoint === undefined) return updateRaftVoterResponse(core, ErrorCode.INVALID_REQUEST);
  const voter = {
    id: voterId,
    directoryId: voterDirectoryId,
    host: endpoint.host,
    port: endpoint.port,
    minVersion: minSupportedVersion,
    maxVersion: maxSupportedVersion,
  };
  const unready = beginVoterChange(core, leader, request.id, { kind: 'update', voter }, now);
  return unready === null ? null : updateRaftVoterResponse(core, unready.errorCode);
}

/** Whether the answer was a good one. */
export function onUpdateRaftVoterResponse(
  core: RaftCore,
  now: Us,
  { errorCode, currentLeader }: UpdateRaftVoterResponse,
  out: Outbox,
): boolean {
  const { leaderId, leaderEpoch, host, port } = currentLeader;
  if (leaderId >= 0 && host !== '') core.nodes.learn(leaderId, host, port);
  const handled = handleCommonResponse(core, errorCode, leaderId, leaderEpoch, now, out);
  if (handled !== null) return handled;
  // A leader that does not know its high watermark yet puts it off; it is told again.
  if (errorCode === ErrorCode.REQUEST_TIMED_OUT) return false;
  if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.UNSUPPORTED_VERSION) {
    return onUnexpectedError(out);
  }
  const follower = core.quorum.role;
  assert(follower.kind === 'follower', 'only a follower tells a leader of itself');
  follower.hasUpdatedLeader = true;
  follower.fetchAt = now + core.fetchTimeoutUs;
  return true;
}

export function updateRaftVoterResponse(core: RaftCore, errorCode: number): UpdateRaftVoterResponse {
  const endpoint = core.leaderEndpoints()[0];
  return {
    throttleTimeMs: 0,
    errorCode,
    currentLeader: {
      leaderId: core.leader,
      leaderEpoch: core.epoch,
      host: endpoint?.host ?? '',
      port: endpoint?.port ?? 0,
    },
  };
}

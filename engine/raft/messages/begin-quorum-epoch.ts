import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import type { BeginQuorumEpochRequest, BeginQuorumEpochResponse } from '../../wire/index.ts';
import { ApiKey, ErrorCode, ZERO_UUID } from '../../wire/index.ts';
import {
  handleCommonResponse,
  learnEndpoint,
  learnOf,
  onTopLevelError,
  onUnexpectedError,
} from '../leader-news.ts';
import { METADATA_TOPIC, onlyPartition } from '../metadata-partition.ts';
import type { RaftCore } from '../raft-core.ts';
import { isMeantForSelf, isSameCluster, rejectVoterRequest } from '../request-checks.ts';
import type { Leader } from '../roles/leader.ts';

/**
 * A new leader makes itself known, and again and again to the voters that do not fetch. Answers when to look again.
 */
export function sendBeginQuorumEpochRequests(core: RaftCore, leader: Leader, now: Us): Us {
  if (now >= leader.beginQuorumAt) {
    for (const voter of core.peers) {
      if (!leader.isSilent(voter, now) || !core.pacing.isReady(voter, now)) continue;
      core.send(voter, ApiKey.BeginQuorumEpoch, beginQuorumEpochRequest(core, leader, voter), now);
    }
    leader.beginQuorumAt = now + leader.beginQuorumTimeoutUs;
  }
  return leader.beginQuorumAt;
}

function beginQuorumEpochRequest(core: RaftCore, leader: Leader, voter: number): BeginQuorumEpochRequest {
  return {
    clusterId: core.clusterId,
    voterId: voter,
    topics: [
      {
        topicName: METADATA_TOPIC,
        partitions: [
          {
            partitionIndex: 0,
            voterDirectoryId: core.voters.get(voter)?.directoryId ?? ZERO_UUID,
            leaderId: core.self.id,
            leaderEpoch: leader.epoch,
          },
        ],
      },
    ],
    leaderEndpoints: core.ownEndpoints(),
  };
}

export function handleBeginQuorumEpoch(
  core: RaftCore,
  now: Us,
  request: Request<BeginQuorumEpochRequest>,
  out: Outbox,
): BeginQuorumEpochResponse {
  const { body } = request;
  if (!isSameCluster(core, body.clusterId)) return reject(ErrorCode.INCONSISTENT_CLUSTER_ID);
  const partition = onlyPartition(body.topics);
  if (partition === null) return reject(ErrorCode.INVALID_REQUEST);
  const { leaderId, leaderEpoch, voterDirectoryId } = partition;
  const error = rejectVoterRequest(core, leaderId, leaderEpoch);
  if (error !== null) return answer(core, request, error);
  learnEndpoint(core, leaderId, body.leaderEndpoints);
  learnOf(core, leaderId, leaderEpoch, now, out);
  const isMeant = isMeantForSelf(core, body.voterId, voterDirectoryId);
  return answer(core, request, isMeant ? ErrorCode.NONE : ErrorCode.INVALID_VOTER_KEY);
}

/** Whether the answer was a good one. */
export function onBeginQuorumEpochResponse(
  core: RaftCore,
  now: Us,
  response: BeginQuorumEpochResponse,
  out: Outbox,
): boolean {
  if (response.errorCode !== ErrorCode.NONE) return onTopLevelError(response.errorCode, out);
  const partition = onlyPartition(response.topics);
  if (partition === null) return false;
  const { errorCode, leaderId, leaderEpoch } = partition;
  core.nodes.learnAll(response.nodeEndpoints);
  const handled = handleCommonResponse(core, errorCode, leaderId, leaderEpoch, now, out);
  if (handled !== null) return handled;
  return errorCode === ErrorCode.NONE ? true : onUnexpectedError(out);
}

function answer(
  core: RaftCore,
  request: Request<BeginQuorumEpochRequest>,
  errorCode: number,
): BeginQuorumEpochResponse {
  return {
    errorCode: ErrorCode.NONE,
    topics: [
      {
        topicName: METADATA_TOPIC,
        partitions: [{ partitionIndex: 0, errorCode, leaderId: core.leader, leaderEpoch: core.epoch }],
      },
    ],
    nodeEndpoints: request.apiVersion >= 1 ? core.leaderEndpoints() : [],
  };
}

function reject(errorCode: number): BeginQuorumEpochResponse {
  return { errorCode, topics: [], nodeEndpoints: [] };
}

import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import { assert, MS } from '../../machine/index.ts';
import type { EndQuorumEpochRequest, EndQuorumEpochResponse } from '../../wire/index.ts';
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
import { NEVER } from '../raft-timer.ts';
import { isSameCluster, rejectVoterRequest } from '../request-checks.ts';
import type { Resigned } from '../roles/resigned.ts';

/** Tells the voters that have not heard it that their leader is gone. Answers when to look again. */
export function sendEndQuorumEpochRequests(core: RaftCore, resigned: Resigned, now: Us): Us {
  let earliest = NEVER;
  for (const voter of resigned.unacknowledged) {
    if (core.pacing.isReady(voter, now)) {
      core.send(voter, ApiKey.EndQuorumEpoch, endQuorumEpochRequest(core, resigned), now);
    }
    earliest = Math.min(earliest, core.pacing.deadline(voter, now));
  }
  return earliest;
}

function endQuorumEpochRequest(core: RaftCore, resigned: Resigned): EndQuorumEpochRequest {
  return {
    clusterId: core.clusterId,
    topics: [
      {
        topicName: METADATA_TOPIC,
        partitions: [
          {
            partitionIndex: 0,
            leaderId: core.self.id,
            leaderEpoch: resigned.epoch,
            preferredSuccessors: [],
            preferredCandidates: resigned.preferredSuccessors.map(({ id, directoryId }) => ({
              candidateId: id,
              candidateDirectoryId: directoryId ?? ZERO_UUID,
            })),
          },
        ],
      },
    ],
    leaderEndpoints: core.ownEndpoints(),
  };
}

/** A follower of the leader that ends its epoch stands for election: the first successor at once, the others later. */
export function handleEndQuorumEpoch(
  core: RaftCore,
  now: Us,
  request: Request<EndQuorumEpochRequest>,
  out: Outbox,
): EndQuorumEpochResponse {
  const { body } = request;
  if (!isSameCluster(core, body.clusterId)) return reject(ErrorCode.INCONSISTENT_CLUSTER_ID);
  const partition = onlyPartition(body.topics);
  if (partition === null) return reject(ErrorCode.INVALID_REQUEST);
  const { leaderId, leaderEpoch, preferredCandidates, preferredSuccessors } = partition;
  const error = rejectVoterRequest(core, leaderId, leaderEpoch);
  if (error !== null) return answer(core, request, error);
  learnEndpoint(core, leaderId, body.leaderEndpoints);
  learnOf(core, leaderId, leaderEpoch, now, out);
  const role = core.quorum.role;
  if (role.kind === 'follower' && role.leader === leaderId) {
    const successors =
      request.apiVersion >= 1 ? preferredCandidates.map((each) => each.candidateId) : preferredSuccessors;
    const backoffMaxMs = core.config['controller.quorum.election.backoff.max.ms'];
    role.fetchAt = now + electionBackoffMs(successors, core.self.id, backoffMaxMs) * MS;
  }
  return answer(core, request, ErrorCode.NONE);
}

/** Doubles from successor to successor, so that each has time to win (`strictExponentialElectionBackoffMs`). */
export function electionBackoffMs(successors: readonly number[], self: number, maxMs: number): number {
  const position = successors.indexOf(self);
  if (position === 0) return 0;
  if (position < 0) return maxMs;
  return Math.min(maxMs, (maxMs >> (successors.length - 1)) << (position - 1));
}

/** Whether the answer was a good one. */
export function onEndQuorumEpochResponse(
  core: RaftCore,
  now: Us,
  voter: number,
  response: EndQuorumEpochResponse,
  out: Outbox,
): boolean {
  if (response.errorCode !== ErrorCode.NONE) return onTopLevelError(response.errorCode, out);
  const partition = onlyPartition(response.topics);
  if (partition === null) return false;
  const { errorCode, leaderId, leaderEpoch } = partition;
  core.nodes.learnAll(response.nodeEndpoints);
  const handled = handleCommonResponse(core, errorCode, leaderId, leaderEpoch, now, out);
  if (handled !== null) return handled;
  if (errorCode !== ErrorCode.NONE) return onUnexpectedError(out);
  const role = core.quorum.role;
  assert(role.kind === 'resigned', 'only the resigned are answered in their own epoch');
  role.unacknowledged.delete(voter);
  return true;
}

function answer(
  core: RaftCore,
  request: Request<EndQuorumEpochRequest>,
  errorCode: number,
): EndQuorumEpochResponse {
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

function reject(errorCode: number): EndQuorumEpochResponse {
  return { errorCode, topics: [], nodeEndpoints: [] };
}

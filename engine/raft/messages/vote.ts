import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import type { VoteRequest, VoteResponse } from '../../wire/index.ts';
import { ApiKey, ErrorCode, ZERO_UUID } from '../../wire/index.ts';
import { handleCommonResponse, onTopLevelError, onUnexpectedError } from '../leader-news.ts';
import { METADATA_TOPIC, onlyPartition } from '../metadata-partition.ts';
import { compareOffsetAndEpoch } from '../offset-and-epoch.ts';
import type { RaftCore } from '../raft-core.ts';
import { NEVER } from '../raft-timer.ts';
import { isMeantForSelf, isSameCluster, rejectVoterRequest } from '../request-checks.ts';
import type { Candidate } from '../roles/candidate.ts';
import type { Prospective } from '../roles/prospective.ts';

/** Asks every voter whose answer is missing, unless the vote is lost already. Answers when to look again. */
export function sendVoteRequests(core: RaftCore, role: Prospective | Candidate, now: Us): Us {
  if (role.tally.isRejected || (role.kind === 'candidate' && role.elected)) return NEVER;
  let earliest = NEVER;
  for (const voter of core.peers) {
    if (role.tally.isRecorded(voter)) continue;
    if (core.pacing.isReady(voter, now)) core.send(voter, ApiKey.Vote, voteRequest(core, role, voter), now);
    earliest = Math.min(earliest, core.pacing.deadline(voter, now));
  }
  return earliest;
}

function voteRequest(core: RaftCore, role: Prospective | Candidate, voter: number): VoteRequest {
  return {
    clusterId: core.clusterId,
    voterId: voter,
    topics: [
      {
        topicName: METADATA_TOPIC,
        partitions: [
          {
            partitionIndex: 0,
            replicaEpoch: role.epoch,
            replicaId: core.self.id,
            replicaDirectoryId: core.self.directoryId,
            voterDirectoryId: core.voters.get(voter)?.directoryId ?? ZERO_UUID,
            lastOffsetEpoch: core.log.lastFetchedEpoch,
            lastOffset: core.log.endOffset,
            preVote: role.kind === 'prospective',
          },
        ],
      },
    ],
  };
}

/**
 * Checks in Kafka's order: cluster, partition, the nominee's epochs, our epoch, whom it was meant for; then the role
 * decides, and a vote that is given is on disk before it is said (`KafkaRaftClient.handleVoteRequest`).
 */
export function handleVote(
  core: RaftCore,
  now: Us,
  request: Request<VoteRequest>,
  out: Outbox,
): VoteResponse {
  const { body } = request;
  if (!isSameCluster(core, body.clusterId)) return reject(ErrorCode.INCONSISTENT_CLUSTER_ID);
  const partition = onlyPartition(body.topics);
  if (partition === null) return reject(ErrorCode.INVALID_REQUEST);
  const { replicaId, replicaEpoch, lastOffsetEpoch, lastOffset, preVote } = partition;
  // A candidate has never seen a leader at its epoch; a prospective may be at the epoch of its last record.
  const isIllegalEpoch = preVote ? lastOffsetEpoch > replicaEpoch : lastOffsetEpoch >= replicaEpoch;
  if (lastOffset < 0 || lastOffsetEpoch < 0 || isIllegalEpoch) {
    return answer(core, request, ErrorCode.INVALID_REQUEST, false);
  }
  const error = rejectVoterRequest(core, replicaId, replicaEpoch);
  if (error !== null) return answer(core, request, error, false);
  if (replicaEpoch > core.epoch) core.becomeUnattached(replicaEpoch, -1, now, out);
  if (!isMeantForSelf(core, body.voterId, partition.voterDirectoryId)) {
    return answer(core, request, ErrorCode.INVALID_VOTER_KEY, false);
  }
  const nominee = { id: replicaId, directoryId: nullIfZero(partition.replicaDirectoryId) };
  const isLogUpToDate =
    compareOffsetAndEpoch({ offset: lastOffset, epoch: lastOffsetEpoch }, core.log.endOffsetAndEpoch) >= 0;
  const role = core.quorum.role;
  const granted = role.canGrantVote(nominee, isLogUpToDate, preVote);
  if (
    granted &&
    !preVote &&
    (role.kind === 'unattached' || role.kind === 'prospective') &&
    role.voted === null
  ) {
    core.quorum.addVote(nominee, now, out);
  }
  if (preVote && !granted) out.probe('raft: pre-vote refused');
  return answer(core, request, ErrorCode.NONE, granted);
}

/** Whether the answer was a good one; a bad one makes the voter wait before it is asked again. */
export function onVoteResponse(
  core: RaftCore,
  now: Us,
  voter: number,
  response: VoteResponse,
  out: Outbox,
): boolean {
  if (response.errorCode === ErrorCode.UNSUPPORTED_VERSION && core.quorum.role.kind === 'prospective') {
    core.skipPreVote(now, out);
    return true;
  }
  if (response.errorCode !== ErrorCode.NONE) return onTopLevelError(response.errorCode, out);
  const partition = onlyPartition(response.topics);
  if (partition === null) return false;
  const { errorCode, leaderId, leaderEpoch, voteGranted } = partition;
  core.nodes.learnAll(response.nodeEndpoints);
  const handled = handleCommonResponse(core, errorCode, leaderId, leaderEpoch, now, out);
  if (handled !== null) return handled;
  if (errorCode !== ErrorCode.NONE) return onUnexpectedError(out);
  const role = core.quorum.role;
  if (role.kind !== 'prospective' && role.kind !== 'candidate') return true;
  role.tally.record(voter, voteGranted);
  if (voteGranted) core.advanceElection(now, out);
  else if (role.kind === 'prospective' && role.tally.isRejected) core.losePreVote(role, now, out);
  // A candidate that has lost waits for its election timeout: that is the back-off (KAFKA-18345).
  return true;
}

function answer(
  core: RaftCore,
  request: Request<VoteRequest>,
  errorCode: number,
  voteGranted: boolean,
): VoteResponse {
  return {
    errorCode: ErrorCode.NONE,
    topics: [
      {
        topicName: METADATA_TOPIC,
        partitions: [
          {
            partitionIndex: 0,
            errorCode,
            leaderId: core.leader,
            leaderEpoch: core.epoch,
            voteGranted,
          },
        ],
      },
    ],
    nodeEndpoints: request.apiVersion >= 1 ? core.leaderEndpoints() : [],
  };
}

function reject(errorCode: number): VoteResponse {
  return { errorCode, topics: [], nodeEndpoints: [] };
}

function nullIfZero(directoryId: string): string | null {
  return directoryId === ZERO_UUID ? null : directoryId;
}

import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import { assert, MS } from '../../machine/index.ts';
import type { FetchRequest, FetchResponse, Records } from '../../wire/index.ts';
import { ApiKey, ErrorCode } from '../../wire/index.ts';
import { handleCommonResponse, onTopLevelError, onUnexpectedError } from '../leader-news.ts';
import type { LogPosition } from '../metadata-log.ts';
import { METADATA_TOPIC_ID } from '../metadata-partition.ts';
import { describeOffsetAndEpoch } from '../offset-and-epoch.ts';
import type { ParkedFetch } from '../parked-fetches.ts';
import { FETCH_MAX_WAIT_MS } from '../raft-config.ts';
import type { RaftCore } from '../raft-core.ts';
import { isSameCluster, rejectLeaderRequest } from '../request-checks.ts';
import type { Follower } from '../roles/follower.ts';

const VALID: LogPosition = { kind: 'valid' };
const NO_RECORDS: Records = [];
const NO_EPOCH_END = { epoch: -1, endOffset: -1 };
const NO_SNAPSHOT = { endOffset: -1, epoch: -1 };

/** Asks for what follows this log's end; by its offset it also acknowledges all before it. */
export function sendFetch(core: RaftCore, node: number, now: Us): void {
  assert(!core.mustSync, 'a voter has synced what its fetch acknowledges');
  const request: FetchRequest = {
    clusterId: core.clusterId,
    replicaId: -1,
    replicaState: { replicaId: core.self.id, replicaEpoch: -1 },
    maxWaitMs: FETCH_MAX_WAIT_MS,
    minBytes: 0,
    maxBytes: core.config['controller.quorum.fetch.max.bytes'],
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      {
        topic: '',
        topicId: METADATA_TOPIC_ID,
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: core.epoch,
            fetchOffset: core.log.endOffset,
            lastFetchedEpoch: core.log.lastFetchedEpoch,
            logStartOffset: -1,
            partitionMaxBytes: 0,
            replicaDirectoryId: core.self.directoryId,
            highWatermark: core.quorum.role.highWatermark,
          },
        ],
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
  };
  core.send(node, ApiKey.Fetch, request, now);
}

/** Answers when there is something to say, and else parks: null (`KafkaRaftClient.handleFetchRequest`). */
export function handleFetch(
  core: RaftCore,
  now: Us,
  request: Request<FetchRequest>,
  out: Outbox,
): FetchResponse | null {
  const { body } = request;
  if (!isSameCluster(core, body.clusterId)) return reject(ErrorCode.INCONSISTENT_CLUSTER_ID);
  const partition = onlyFetchPartition(body);
  if (partition === null) return reject(ErrorCode.INVALID_REQUEST);
  const { fetchOffset, lastFetchedEpoch, currentLeaderEpoch } = partition;
  if (
    body.maxWaitMs < 0 ||
    fetchOffset < 0 ||
    lastFetchedEpoch < 0 ||
    lastFetchedEpoch > currentLeaderEpoch
  ) {
    return emptyResponse(core, request, ErrorCode.INVALID_REQUEST, -1);
  }
  const response = tryFetch(core, now, request, out);
  const answer = response.responses[0]!.partitions[0]!;
  const hasNews =
    answer.errorCode !== ErrorCode.NONE ||
    answer.records!.length > 0 ||
    answer.divergingEpoch.epoch !== -1 ||
    answer.snapshotId.epoch !== -1 ||
    // Only a fetch of v18 says what it knows (KIP-1166); an older one's field defaults to the highest there is.
    partition.highWatermark < answer.highWatermark;
  if (hasNews || body.maxWaitMs === 0) return response;
  core.parked.park({ request, fetchOffset, deadline: now + body.maxWaitMs * MS, response });
  return null;
}

/** An append or a higher high watermark: what can be said now? */
export function completeFetches(core: RaftCore, now: Us, fetches: readonly ParkedFetch[], out: Outbox): void {
  for (const { request } of fetches) core.outbound.respond(request.id, tryFetch(core, now, request, out));
}

/** The leader is no longer the one: its fetches go elsewhere without waiting for their deadlines. */
export function failFetches(core: RaftCore, fetches: readonly ParkedFetch[]): void {
  for (const { request } of fetches) {
    core.outbound.respond(request.id, emptyResponse(core, request, ErrorCode.NOT_LEADER_OR_FOLLOWER, -1));
  }
}

function tryFetch(core: RaftCore, now: Us, request: Request<FetchRequest>, out: Outbox): FetchResponse {
  const partition = onlyFetchPartition(request.body)!;
  const error = rejectLeaderRequest(core, partition.currentLeaderEpoch);
  if (error !== null) return emptyResponse(core, request, error, -1);
  const { fetchOffset, lastFetchedEpoch, replicaDirectoryId } = partition;
  const leader = core.quorum.role;
  assert(leader.kind === 'leader', 'only the leader answers with records');
  const latest = core.log.snapshots.latest;
  // A replica that begins at zero is served by the snapshot, which is shorter than the log it sums up.
  const position: LogPosition =
    fetchOffset === 0 && latest !== null && latest.offset > 0
      ? { kind: 'snapshot', at: latest }
      : core.log.validate(fetchOffset, lastFetchedEpoch);
  let records = NO_RECORDS;
  if (position.kind === 'valid') {
    records = core.log.read(fetchOffset, core.log.endOffset, request.body.maxBytes);
    const replicaId = replicaIdOf(request);
    if (leader.advanceReplica(replicaId, replicaDirectoryId, now, fetchOffset)) {
      core.onLeaderHighWatermark(leader, now, out);
    }
  } else {
    out.probe(
      position.kind === 'diverging' ? 'raft: fetch diverges' : 'raft: fetch answered with a snapshot',
    );
  }
  return fetchResponse(core, request, ErrorCode.NONE, leader.highWatermark, records, position);
}

/** v15 moved the replica's id into a tag (KIP-903). */
function replicaIdOf(request: Request<FetchRequest>): number {
  return request.apiVersion >= 15 ? request.body.replicaState.replicaId : request.body.replicaId;
}

function onlyFetchPartition(body: FetchRequest): FetchRequest['topics'][number]['partitions'][number] | null {
  const topic = body.topics[0];
  if (body.topics.length !== 1 || topic === undefined || topic.topicId !== METADATA_TOPIC_ID) return null;
  const partition = topic.partitions[0];
  return topic.partitions.length === 1 && partition !== undefined && partition.partition === 0
    ? partition
    : null;
}

function emptyResponse(
  core: RaftCore,
  request: Request<FetchRequest>,
  errorCode: number,
  highWatermark: number,
): FetchResponse {
  return fetchResponse(core, request, errorCode, highWatermark, NO_RECORDS, VALID);
}

function fetchResponse(
  core: RaftCore,
  request: Request<FetchRequest>,
  errorCode: number,
  highWatermark: number,
  records: Records,
  position: LogPosition,
): FetchResponse {
  const { kind } = position;
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    sessionId: 0,
    responses: [
      {
        topic: '',
        topicId: METADATA_TOPIC_ID,
        partitions: [
          {
            partitionIndex: 0,
            errorCode,
            highWatermark,
            lastStableOffset: -1,
            logStartOffset: core.log.startOffset,
            divergingEpoch:
              kind === 'diverging'
                ? { epoch: position.at.epoch, endOffset: position.at.offset }
                : NO_EPOCH_END,
            currentLeader: { leaderId: core.leader, leaderEpoch: core.epoch },
            snapshotId:
              kind === 'snapshot' ? { endOffset: position.at.offset, epoch: position.at.epoch } : NO_SNAPSHOT,
            abortedTransactions: [],
            preferredReadReplica: -1,
            records,
          },
        ],
      },
    ],
    nodeEndpoints:
      request.apiVersion >= 17 ? core.leaderEndpoints().map((each) => ({ ...each, rack: null })) : [],
  };
}

function reject(errorCode: number): FetchResponse {
  return {
    throttleTimeMs: 0,
    errorCode,
    sessionId: 0,
    responses: [],
    nodeEndpoints: [],
  };
}

/** Whether the answer was a good one. Truncates, starts a snapshot download, or appends. */
export function onFetchResponse(core: RaftCore, now: Us, response: FetchResponse, out: Outbox): boolean {
  if (response.errorCode !== ErrorCode.NONE) return onTopLevelError(response.errorCode, out);
  const topic = response.responses[0];
  const answer = topic?.partitions[0];
  if (topic === undefined || answer === undefined || topic.topicId !== METADATA_TOPIC_ID) return false;
  const { errorCode, currentLeader, divergingEpoch, snapshotId } = answer;
  const { leaderId, leaderEpoch } = currentLeader;
  core.nodes.learnAll(response.nodeEndpoints);
  const handled = handleCommonResponse(core, errorCode, leaderId, leaderEpoch, now, out);
  if (handled !== null) return handled;
  if (errorCode !== ErrorCode.NONE) return onUnexpectedError(out);
  const follower = core.quorum.role;
  assert(follower.kind === 'follower', 'records come to followers only');
  if (divergingEpoch.epoch >= 0) {
    truncate(core, follower, { offset: divergingEpoch.endOffset, epoch: divergingEpoch.epoch }, out);
  } else if (snapshotId.epoch >= 0 || snapshotId.endOffset >= 0) {
    if (snapshotId.epoch < 0 || snapshotId.endOffset < 0) return false;
    core.log.abandonDownload(follower.download);
    follower.download = core.log.beginDownload({ offset: snapshotId.endOffset, epoch: snapshotId.epoch });
  } else {
    if (answer.records !== null) core.log.appendAsFollower(answer.records, core.epoch, out);
    core.followVoters(out);
    if (answer.highWatermark >= 0) core.onFollowerHighWatermark(follower, answer.highWatermark, out);
  }
  follower.fetchAt = now + core.fetchTimeoutUs;
  follower.hasFetchedFromLeader = true;
  return true;
}

/** What a majority has is never cut: a leader that asks for it is not one this replica may follow (KAFKA-12460). */
function truncate(
  core: RaftCore,
  follower: Follower,
  divergence: { readonly offset: number; readonly epoch: number },
  out: Outbox,
): void {
  assert(
    divergence.offset >= follower.highWatermark,
    () =>
      `the leader asks to truncate to ${describeOffsetAndEpoch(divergence)}, below ${follower.highWatermark}`,
  );
  core.log.truncateToEndOffset(divergence, out);
  core.followVoters(out);
}

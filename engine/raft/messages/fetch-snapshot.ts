import type { Request } from '../../exchange/index.ts';
import type { Outbox, Us } from '../../machine/index.ts';
import { assert } from '../../machine/index.ts';
import type { FetchSnapshotRequest, FetchSnapshotResponse, Records } from '../../wire/index.ts';
import { ApiKey, ErrorCode } from '../../wire/index.ts';
import { handleCommonResponse, onTopLevelError, onUnexpectedError } from '../leader-news.ts';
import { METADATA_TOPIC } from '../metadata-partition.ts';
import type { RaftCore } from '../raft-core.ts';
import { isSameCluster, rejectLeaderRequest } from '../request-checks.ts';
import type { SnapshotDownload } from '../snapshot-download.ts';

type PartitionRequest = FetchSnapshotRequest['topics'][number]['partitions'][number];
type PartitionAnswer = FetchSnapshotResponse['topics'][number]['partitions'][number];

const NO_BYTES: Records = [];

/** Asks for the next bytes of a snapshot (KIP-630). */
export function sendFetchSnapshot(core: RaftCore, node: number, download: SnapshotDownload, now: Us): void {
  const request: FetchSnapshotRequest = {
    clusterId: core.clusterId,
    replicaId: core.self.id,
    maxBytes: core.config['controller.quorum.fetch.snapshot.max.bytes'],
    topics: [
      {
        name: METADATA_TOPIC,
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: core.epoch,
            snapshotId: { endOffset: download.id.offset, epoch: download.id.epoch },
            position: download.size,
            replicaDirectoryId: core.self.directoryId,
          },
        ],
      },
    ],
  };
  core.send(node, ApiKey.FetchSnapshot, request, now);
}

export function handleFetchSnapshot(
  core: RaftCore,
  now: Us,
  request: Request<FetchSnapshotRequest>,
): FetchSnapshotResponse {
  const { body } = request;
  if (!isSameCluster(core, body.clusterId)) return reject(ErrorCode.INCONSISTENT_CLUSTER_ID);
  const topic = body.topics[0];
  const partition = topic?.partitions[0];
  if (topic === undefined || partition === undefined) return reject(ErrorCode.INVALID_REQUEST);
  if (body.topics.length !== 1 || topic.partitions.length !== 1) {
    return reject(ErrorCode.INVALID_REQUEST);
  }
  if (topic.name !== METADATA_TOPIC || partition.partition !== 0) {
    return refuse(core, request, topic.name, partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }
  const error = rejectLeaderRequest(core, partition.currentLeaderEpoch);
  if (error !== null) return refuse(core, request, METADATA_TOPIC, partition, error);
  const id = { offset: partition.snapshotId.endOffset, epoch: partition.snapshotId.epoch };
  const size = core.log.snapshots.sizeOf(id);
  if (size === null || (id.offset === 0 && id.epoch === 0)) {
    return refuse(core, request, METADATA_TOPIC, partition, ErrorCode.SNAPSHOT_NOT_FOUND);
  }
  if (partition.position < 0 || partition.position >= size) {
    return refuse(core, request, METADATA_TOPIC, partition, ErrorCode.POSITION_OUT_OF_RANGE);
  }
  const bytes = core.log.snapshots.read(id, partition.position, Math.min(body.maxBytes, size));
  const leader = core.quorum.role;
  assert(leader.kind === 'leader', 'only the leader answers with a snapshot');
  leader.heardOf(body.replicaId, partition.replicaDirectoryId, now);
  return respond(core, request, METADATA_TOPIC, {
    index: 0,
    errorCode: ErrorCode.NONE,
    snapshotId: partition.snapshotId,
    currentLeader: { leaderId: core.leader, leaderEpoch: core.epoch },
    size,
    position: partition.position,
    unalignedRecords: [bytes],
  });
}

/** Whether the answer was a good one. The whole snapshot is installed by `RaftCore` once it is durable. */
export function onFetchSnapshotResponse(
  core: RaftCore,
  now: Us,
  response: FetchSnapshotResponse,
  out: Outbox,
): boolean {
  if (response.errorCode !== ErrorCode.NONE) return onTopLevelError(response.errorCode, out);
  const topic = response.topics[0];
  const answer = topic?.partitions[0];
  if (topic === undefined || answer === undefined || topic.name !== METADATA_TOPIC) return false;
  const { errorCode, currentLeader, snapshotId, position, size, unalignedRecords } = answer;
  const { leaderId, leaderEpoch } = currentLeader;
  core.nodes.learnAll(response.nodeEndpoints);
  const handled = handleCommonResponse(core, errorCode, leaderId, leaderEpoch, now, out);
  if (handled !== null) return handled;
  const follower = core.quorum.role;
  assert(follower.kind === 'follower', 'snapshots come to followers only');
  if (errorCode === ErrorCode.SNAPSHOT_NOT_FOUND || snapshotId.endOffset < 0 || snapshotId.epoch < 0) {
    // The leader has a later one by now: fetch again, and be told which.
    out.probe('raft: snapshot gone while it was fetched');
    core.log.abandonDownload(follower.download);
    follower.download = null;
  } else if (errorCode !== ErrorCode.NONE) {
    return onUnexpectedError(out);
  } else {
    const { download } = follower;
    assert(download !== null, 'a piece of a snapshot that was not asked for');
    assert(
      download.id.offset === snapshotId.endOffset && download.id.epoch === snapshotId.epoch,
      'a piece of another snapshot',
    );
    assert(
      download.size === position,
      () => `a piece at ${position} of a snapshot of ${download.size} bytes`,
    );
    core.log.appendToDownload(download, unalignedRecords);
    if (download.size === size) download.isWhole = true;
  }
  follower.fetchAt = now + core.fetchTimeoutUs;
  follower.hasFetchedFromLeader = true;
  return true;
}

function refuse(
  core: RaftCore,
  request: Request<FetchSnapshotRequest>,
  name: string,
  partition: PartitionRequest,
  errorCode: number,
): FetchSnapshotResponse {
  const isKnown = errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return respond(core, request, name, {
    index: partition.partition,
    errorCode,
    snapshotId: { endOffset: 0, epoch: 0 },
    currentLeader: isKnown
      ? { leaderId: core.leader, leaderEpoch: core.epoch }
      : { leaderId: 0, leaderEpoch: 0 },
    size: 0,
    position: 0,
    unalignedRecords: NO_BYTES,
  });
}

function respond(
  core: RaftCore,
  request: Request<FetchSnapshotRequest>,
  name: string,
  partition: PartitionAnswer,
): FetchSnapshotResponse {
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    topics: [{ name, partitions: [partition] }],
    nodeEndpoints: request.apiVersion >= 1 ? core.leaderEndpoints() : [],
  };
}

function reject(errorCode: number): FetchSnapshotResponse {
  return { throttleTimeMs: 0, errorCode, topics: [], nodeEndpoints: [] };
}

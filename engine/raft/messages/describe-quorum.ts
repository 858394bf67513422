import type { Request } from '../../exchange/index.ts';
import type { Us } from '../../machine/index.ts';
import type { DescribeQuorumRequest, DescribeQuorumResponse } from '../../wire/index.ts';
import { ErrorCode, errorName, ZERO_UUID } from '../../wire/index.ts';
import { METADATA_TOPIC, onlyPartition } from '../metadata-partition.ts';
import type { RaftCore } from '../raft-core.ts';
import type { ReplicaProgress } from '../roles/replica-progress.ts';

type Topic = DescribeQuorumResponse['topics'][number];
type Partition = Topic['partitions'][number];
type ReplicaState = Partition['currentVoters'][number];

/** The quorum as its leader sees it: who votes, who reads along, and how far each has come. */
export function handleDescribeQuorum(
  core: RaftCore,
  now: Us,
  request: Request<DescribeQuorumRequest>,
): DescribeQuorumResponse {
  const { body, apiVersion } = request;
  if (onlyPartition(body.topics) === null) {
    const topics = body.topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) =>
        errorPartition(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, apiVersion),
      ),
    }));
    return respond(request, topics, []);
  }
  const role = core.quorum.role;
  if (role.kind !== 'leader') {
    const partition = errorPartition(0, ErrorCode.NOT_LEADER_OR_FOLLOWER, apiVersion);
    return respond(request, [{ topicName: METADATA_TOPIC, partitions: [partition] }], []);
  }
  const voters = [...role.voterProgress()].sort((a, b) => a.id - b.id);
  const partition: Partition = {
    partitionIndex: 0,
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    leaderId: role.leader,
    leaderEpoch: role.epoch,
    highWatermark: role.highWatermark,
    currentVoters: voters.map((each) => replicaState(core, each, now, apiVersion)),
    observers: role.observerProgress(now).map((each) => replicaState(core, each, now, apiVersion)),
  };
  return respond(request, [{ topicName: METADATA_TOPIC, partitions: [partition] }], core.voterNodes());
}

/** Times are told by the wall clock; the leader has fetched and caught up with itself just now. */
function replicaState(core: RaftCore, progress: ReplicaProgress, now: Us, apiVersion: number): ReplicaState {
  const isSelf = progress.id === core.self.id;
  const known = apiVersion >= 1;
  return {
    replicaId: progress.id,
    replicaDirectoryId: apiVersion >= 2 ? progress.directoryId : ZERO_UUID,
    logEndOffset: progress.endOffset,
    lastFetchTimestamp: known ? core.wallTimeOf(isSelf ? now : progress.lastFetchAt, now) : -1,
    lastCaughtUpTimestamp: known ? core.wallTimeOf(isSelf ? now : progress.lastCaughtUpAt, now) : -1,
  };
}

function errorPartition(partitionIndex: number, errorCode: number, apiVersion: number): Partition {
  return {
    partitionIndex,
    errorCode,
    errorMessage: apiVersion >= 2 ? errorName(errorCode) : '',
    leaderId: 0,
    leaderEpoch: 0,
    highWatermark: 0,
    currentVoters: [],
    observers: [],
  };
}

function respond(
  request: Request<DescribeQuorumRequest>,
  topics: readonly Topic[],
  nodes: DescribeQuorumResponse['nodes'],
): DescribeQuorumResponse {
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    topics,
    nodes: request.apiVersion >= 2 ? nodes : [],
  };
}

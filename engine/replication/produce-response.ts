import { ErrorCode, type ProduceResponse, ZERO_UUID } from '../wire/index.ts';
import { addEndpoint, currentLeader, type NodeEndpoint } from './current-leader.ts';
import type { ProduceOutcome } from './parked-produce.ts';
import type { ReplicationContext } from './replication-context.ts';

export type ProducedPartition = ProduceResponse['responses'][number]['partitionResponses'][number];

/** Produce v5 brought the log start offset, v10 the current leader, v13 topic ids. */
const LOG_START_VERSION = 5;
const LEADER_HINT_VERSION = 10;
const TOPIC_ID_VERSION = 13;
const NO_LEADER = { leaderId: -1, leaderEpoch: -1 } as const;

export function produced(
  index: number,
  baseOffset: number,
  logAppendTimeMs: number,
  logStartOffset: number,
): ProducedPartition {
  return partition(index, ErrorCode.NONE, baseOffset, logAppendTimeMs, logStartOffset);
}

/** `logStartOffset` is told with errors of the batch itself, not with those that say "not here". */
export function notProduced(index: number, errorCode: number, logStartOffset = -1): ProducedPartition {
  return partition(index, errorCode, -1, -1, logStartOffset);
}

function partition(
  index: number,
  errorCode: number,
  baseOffset: number,
  logAppendTimeMs: number,
  logStartOffset: number,
): ProducedPartition {
  return {
    index,
    errorCode,
    baseOffset,
    logAppendTimeMs,
    logStartOffset,
    recordErrors: [],
    errorMessage: null,
    currentLeader: NO_LEADER,
  };
}

/** The response with every outcome, partitions of one topic that follow each other in one entry. */
export function produceResponse(
  context: ReplicationContext,
  apiVersion: number,
  outcomes: readonly ProduceOutcome[],
): ProduceResponse {
  const usesTopicIds = apiVersion >= TOPIC_ID_VERSION;
  const responses: { name: string; topicId: string; partitionResponses: ProducedPartition[] }[] = [];
  const nodeEndpoints: NodeEndpoint[] = [];
  let last: (typeof responses)[number] | null = null;
  for (const outcome of outcomes) {
    const name = usesTopicIds ? '' : outcome.topic;
    const topicId = usesTopicIds ? outcome.topicId : ZERO_UUID;
    if (last === null || last.name !== name || last.topicId !== topicId) {
      last = { name, topicId, partitionResponses: [] };
      responses.push(last);
    }
    last.partitionResponses.push(inVersion(context, apiVersion, outcome, nodeEndpoints));
  }
  return { responses, throttleTimeMs: 0, nodeEndpoints };
}

function inVersion(
  context: ReplicationContext,
  apiVersion: number,
  outcome: ProduceOutcome,
  endpoints: NodeEndpoint[],
): ProducedPartition {
  const { data } = outcome;
  if (data.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER && apiVersion >= LEADER_HINT_VERSION) {
    const leader = currentLeader(context, outcome.topic, outcome.index);
    addEndpoint(context, leader.leaderId, endpoints);
    return { ...data, currentLeader: leader };
  }
  if (apiVersion < LOG_START_VERSION) return { ...data, logStartOffset: -1 };
  return data;
}

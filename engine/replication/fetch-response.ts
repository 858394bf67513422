import { ErrorCode, type FetchResponse, ZERO_UUID } from '../wire/index.ts';
import { addEndpoint, currentLeader, type NodeEndpoint } from './current-leader.ts';
import type { FetchParams } from './fetch-params.ts';
import type { EntryRead, FetchedPartition } from './fetch-read.ts';
import type { ReplicationContext } from './replication-context.ts';

/** Fetch v16 tells the current leader. */
const LEADER_HINT_VERSION = 16;
const NO_ENDPOINTS: readonly NodeEndpoint[] = [];

/** The response that carries these reads, partitions of one topic that follow each other in one entry. */
export function fetchResponse(
  context: ReplicationContext,
  params: FetchParams,
  usesTopicIds: boolean,
  sessionId: number,
  reads: readonly EntryRead[],
): FetchResponse {
  const responses: { topic: string; topicId: string; partitions: FetchedPartition[] }[] = [];
  const endpoints: NodeEndpoint[] = [];
  let last: (typeof responses)[number] | null = null;
  for (const read of reads) {
    const topic = usesTopicIds ? '' : (read.entry.topic ?? '');
    const topicId = usesTopicIds ? read.entry.topicId : ZERO_UUID;
    if (last === null || last.topic !== topic || last.topicId !== topicId) {
      last = { topic, topicId, partitions: [] };
      responses.push(last);
    }
    last.partitions.push(withLeaderHint(context, params, read, endpoints));
  }
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    sessionId,
    responses,
    nodeEndpoints: endpoints.length === 0 ? NO_ENDPOINTS : endpoints,
  };
}

/** A response that refuses the request as a whole, or has nothing to say. */
export function emptyFetchResponse(errorCode: number, sessionId: number): FetchResponse {
  return { throttleTimeMs: 0, errorCode, sessionId, responses: [], nodeEndpoints: NO_ENDPOINTS };
}

function withLeaderHint(
  context: ReplicationContext,
  params: FetchParams,
  read: EntryRead,
  endpoints: NodeEndpoint[],
): FetchedPartition {
  const { entry, data } = read;
  const moved =
    data.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER || data.errorCode === ErrorCode.FENCED_LEADER_EPOCH;
  if (!moved || params.version < LEADER_HINT_VERSION || entry.topic === null) return data;
  const leader = currentLeader(context, entry.topic, entry.index);
  addEndpoint(context, leader.leaderId, endpoints);
  return { ...data, currentLeader: leader };
}

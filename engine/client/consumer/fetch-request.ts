import { type FetchRequest, LONG_MAX, type Uuid, ZERO_UUID } from '../../wire/index.ts';
import type { ConsumerConfig } from './consumer-config.ts';
import type { FetchPartition, SessionRequest } from './fetch-session.ts';

/** From this version on topics travel by id (KIP-516). */
export const FIRST_FETCH_VERSION_WITH_TOPIC_IDS = 13;
const FIRST_VERSION_WITH_RACK = 11;

type FetchTopic = FetchRequest['topics'][number];
type Partitions = FetchTopic['partitions'][number][];

/** A consumer's fetch, in the shape of a version. */
export function fetchRequestBody(
  request: SessionRequest,
  apiVersion: number,
  config: ConsumerConfig,
): FetchRequest {
  const byId = apiVersion >= FIRST_FETCH_VERSION_WITH_TOPIC_IDS;
  const topics: (FetchTopic & { readonly partitions: Partitions })[] = [];
  for (const { state, topicId, offset, leaderEpoch } of request.toSend) {
    topicEntry(topics, state.topic, topicId, byId).partitions.push({
      partition: state.partition,
      currentLeaderEpoch: leaderEpoch,
      fetchOffset: offset,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      partitionMaxBytes: config['max.partition.fetch.bytes'],
      replicaDirectoryId: ZERO_UUID,
      highWatermark: LONG_MAX,
    });
  }
  return {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: config['fetch.max.wait.ms'],
    minBytes: config['fetch.min.bytes'],
    maxBytes: config['fetch.max.bytes'],
    isolationLevel: config['isolation.level'] === 'read_committed' ? 1 : 0,
    sessionId: request.sessionId,
    sessionEpoch: request.sessionEpoch,
    topics,
    forgottenTopicsData: forgotten(request.toForget, byId),
    rackId: apiVersion >= FIRST_VERSION_WITH_RACK ? config['client.rack'] : '',
  };
}

function topicEntry(
  topics: (FetchTopic & { readonly partitions: Partitions })[],
  name: string,
  topicId: Uuid,
  byId: boolean,
): { readonly partitions: Partitions } {
  // Partitions of a topic mostly follow each other; a topic may come twice, as far as the protocol cares.
  const last = topics.at(-1);
  if (last !== undefined && (byId ? last.topicId === topicId : last.topic === name)) return last;
  const entry = {
    topic: byId ? '' : name,
    topicId: byId ? topicId : ZERO_UUID,
    partitions: [] as Partitions,
  };
  topics.push(entry);
  return entry;
}

function forgotten(toForget: readonly FetchPartition[], byId: boolean): FetchRequest['forgottenTopicsData'] {
  const topics = new Map<string, { topic: string; topicId: Uuid; partitions: number[] }>();
  for (const { state, topicId } of toForget) {
    const key = byId ? topicId : state.topic;
    const entry = topics.get(key);
    if (entry !== undefined) entry.partitions.push(state.partition);
    else {
      topics.set(key, {
        topic: byId ? '' : state.topic,
        topicId: byId ? topicId : ZERO_UUID,
        partitions: [state.partition],
      });
    }
  }
  return [...topics.values()];
}

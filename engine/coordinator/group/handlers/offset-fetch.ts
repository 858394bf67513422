import type { Request } from '../../../exchange/index.ts';
import type { Outbox, Us } from '../../../machine/index.ts';
import type { ClusterImage } from '../../../metadata/index.ts';
import {
  ErrorCode,
  type OffsetFetchRequest,
  type OffsetFetchResponse,
  ZERO_UUID,
} from '../../../wire/index.ts';
import { coordinatorError, type Decision } from '../../runtime/index.ts';
import type { GroupShard } from '../group-shard.ts';
import type { FetchedGroup, OffsetFetch } from '../offsets/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { GroupContext } from './group-context.ts';

/** Several groups in one request (KIP-709); topics by id; a verdict for the whole group below the first of them. */
const MANY_GROUPS_VERSION = 8;
const TOPIC_ID_VERSION = 10;
const TOP_LEVEL_ERROR_VERSION = 2;

type FetchedTopic = FetchedGroup['topics'][number];

/**
 * Positions of groups. Who requires stable ones reads what is newest, and waits until that is replicated; others read
 * what is replicated. Answered when the last group is.
 */
export function handleOffsetFetch(
  context: GroupContext,
  now: Us,
  request: Request<OffsetFetchRequest>,
  out: Outbox,
): void {
  const { apiVersion, body } = request;
  const asked = apiVersion >= MANY_GROUPS_VERSION ? body.groups : [onlyGroup(body)];
  const usesTopicIds = apiVersion >= TOPIC_ID_VERSION;
  const image = context.image();
  const fetched: FetchedGroup[] = [];
  let pending = asked.length;
  const settle = (at: number, group: FetchedGroup, to: Outbox): void => {
    fetched[at] = group;
    pending -= 1;
    if (pending === 0) context.responder.respond(request.id, responseBody(fetched, apiVersion), to);
  };
  if (pending === 0) context.responder.respond(request.id, responseBody(fetched, apiVersion), out);
  for (const [at, group] of asked.entries()) {
    const unknown: FetchedTopic[] = [];
    const fetch = usesTopicIds ? named(image, group, unknown) : group;
    fetchGroup(context, now, fetch, body.requireStable, apiVersion, out, (answer, to) => {
      settle(
        at,
        answer.errorCode === ErrorCode.NONE ? whole(image, answer, unknown, usesTopicIds) : answer,
        to,
      );
    });
  }
}

function fetchGroup(
  context: GroupContext,
  now: Us,
  fetch: OffsetFetch,
  requireStable: boolean,
  apiVersion: number,
  out: Outbox,
  answer: (group: FetchedGroup, out: Outbox) => void,
): void {
  const partition = context.partitionOf(fetch.groupId);
  const failed = (_at: Us, errorCode: number, to: Outbox): void =>
    answer(refusedGroup(fetch, coordinatorError(errorCode), apiVersion), to);
  if (!requireStable) {
    const read = (shard: GroupShard, committedOffset: number): void => {
      const fetched = shard.fetchOffsets(fetch, committedOffset);
      if (typeof fetched === 'number') failed(now, fetched, out);
      else answer(fetched, out);
    };
    context.runtime.scheduleRead(now, partition, read, failed, out);
    return;
  }
  const decide = (shard: GroupShard): Decision<GroupRecord> | number => {
    const fetched = shard.fetchOffsets(fetch, undefined);
    if (typeof fetched === 'number') return fetched;
    return {
      records: [],
      settle: (at, errorCode, to) => {
        if (errorCode === ErrorCode.NONE) answer(fetched, to);
        else failed(at, errorCode, to);
      },
    };
  };
  context.runtime.scheduleWrite(now, partition, decide, failed, out);
}

/** As versions before 8 name it. */
function onlyGroup({ groupId, topics }: OffsetFetchRequest): OffsetFetch {
  return {
    groupId,
    memberId: null,
    memberEpoch: -1,
    topics: topics === null ? null : topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })),
  };
}

/** Topics by their names; those whose ids nobody knows are answered at once. */
function named(image: ClusterImage, fetch: OffsetFetch, unknown: FetchedTopic[]): OffsetFetch {
  if (fetch.topics === null) return fetch;
  const topics: NonNullable<OffsetFetch['topics']>[number][] = [];
  for (const { partitionIndexes, topicId } of fetch.topics) {
    const name = image.topicsById.get(topicId)?.name;
    if (name !== undefined) topics.push({ name, topicId, partitionIndexes });
    else
      unknown.push({
        name: '',
        topicId,
        partitions: refusedPartitions(partitionIndexes, ErrorCode.UNKNOWN_TOPIC_ID),
      });
  }
  return { ...fetch, topics };
}

/** With ids where the version has them: a topic without one cannot be told of. */
function whole(
  image: ClusterImage,
  group: FetchedGroup,
  unknown: readonly FetchedTopic[],
  usesTopicIds: boolean,
): FetchedGroup {
  if (!usesTopicIds) return group;
  const topics: FetchedTopic[] = [];
  for (const topic of group.topics) {
    const topicId = topic.topicId === ZERO_UUID ? image.topicsByName.get(topic.name)?.id : topic.topicId;
    if (topicId !== undefined) topics.push({ ...topic, topicId });
  }
  return { ...group, topics: topics.concat(unknown) };
}

/** Where the version has a verdict for the group it stands there, else on every partition (`OffsetFetchResponse.groupError`). */
function refusedGroup({ groupId, topics }: OffsetFetch, errorCode: number, apiVersion: number): FetchedGroup {
  if (apiVersion >= TOP_LEVEL_ERROR_VERSION) return { groupId, topics: [], errorCode };
  const refused = (topics ?? []).map(({ name, partitionIndexes, topicId }) => ({
    name,
    topicId,
    partitions: refusedPartitions(partitionIndexes, errorCode),
  }));
  return { groupId, topics: refused, errorCode };
}

function refusedPartitions(indexes: readonly number[], errorCode: number): FetchedTopic['partitions'] {
  return indexes.map((partitionIndex) => ({
    partitionIndex,
    committedOffset: -1,
    committedLeaderEpoch: -1,
    metadata: '',
    errorCode,
  }));
}

function responseBody(groups: readonly FetchedGroup[], apiVersion: number): OffsetFetchResponse {
  if (apiVersion >= MANY_GROUPS_VERSION)
    return { throttleTimeMs: 0, topics: [], errorCode: ErrorCode.NONE, groups };
  const group = groups[0]!;
  const topics = group.topics.map(({ name, partitions }) => ({ name, partitions }));
  return { throttleTimeMs: 0, topics, errorCode: group.errorCode, groups: [] };
}

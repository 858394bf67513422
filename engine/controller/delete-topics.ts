import type { MetadataRecord, TopicImage } from '../metadata/index.ts';
import { type DeleteTopicsRequest, type DeleteTopicsResponse, ErrorCode, ZERO_UUID } from '../wire/index.ts';
import type { ControllerState } from './controller-state.ts';
import {
  type ApiError,
  apiError,
  type Decision,
  decided,
  isTooLarge,
  rejected,
  TOO_LARGE,
} from './decision.ts';

type TopicAnswer = DeleteTopicsResponse['responses'][number];

const FIRST_VERSION_WITH_IDS = 6;
const FIRST_VERSION_WITH_MESSAGES = 5;
const FIRST_VERSION_WITH_DISABLED = 3;

/** One topic to delete as the request names it. */
interface Named {
  readonly name: string | null;
  readonly id: string;
}

export function deleteTopicsError(
  version: number,
  request: DeleteTopicsRequest,
  error: ApiError,
): DeleteTopicsResponse {
  return {
    throttleTimeMs: 0,
    responses: namedIn(version, request).map(({ name, id }) => answer(version, name, id, error)),
  };
}

/**
 * Deletes topics by name or by id (`ControllerApis.deleteTopics`). A topic named twice is not deleted at all: the
 * request contradicts itself.
 */
export function decideDeleteTopics(
  state: ControllerState,
  version: number,
  request: DeleteTopicsRequest,
): Decision {
  if (!state.config['delete.topic.enable']) {
    const code =
      version < FIRST_VERSION_WITH_DISABLED ? ErrorCode.INVALID_REQUEST : ErrorCode.TOPIC_DELETION_DISABLED;
    const error = apiError(code, 'Topic deletion is disabled.');
    return rejected(deleteTopicsError(version, request, error));
  }
  const named = namedIn(version, request);
  const names = countOf(named, (topic) => (topic.id === ZERO_UUID ? topic.name : null));
  const ids = countOf(named, (topic) => (topic.name === null ? topic.id : null));
  const records: MetadataRecord[] = [];
  const responses: TopicAnswer[] = [];
  const told = new Set<string>();
  for (const topic of named) {
    const key = topic.name ?? topic.id;
    if (told.has(key)) continue;
    told.add(key);
    const isTwice = ((topic.name === null ? ids.get(topic.id) : names.get(topic.name)) ?? 0) > 1;
    const found = find(state, topic);
    const error = rejectDeletion(topic, found, isTwice, ids);
    if (error === null && found !== undefined) records.push({ type: 'RemoveTopicRecord', topicId: found.id });
    responses.push(answer(version, found?.name ?? topic.name, found?.id ?? topic.id, error ?? apiError(0)));
  }
  if (isTooLarge(records)) return rejected(deleteTopicsError(version, request, TOO_LARGE));
  return decided({ throttleTimeMs: 0, responses }, records);
}

function rejectDeletion(
  topic: Named,
  found: TopicImage | undefined,
  isTwice: boolean,
  ids: ReadonlyMap<string, number>,
): ApiError | null {
  const isNamed = topic.name !== null;
  const hasId = topic.id !== ZERO_UUID;
  if (!isNamed && !hasId) {
    return apiError(ErrorCode.INVALID_REQUEST, 'Neither topic name nor id were specified.');
  }
  if (isNamed && hasId) {
    return apiError(ErrorCode.INVALID_REQUEST, 'You may not specify both topic name and topic id.');
  }
  if (isTwice) {
    return apiError(ErrorCode.INVALID_REQUEST, `Duplicate topic ${isNamed ? 'name' : 'id'}.`);
  }
  if (found === undefined) {
    return isNamed
      ? apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `There is no topic ${topic.name}.`)
      : apiError(ErrorCode.UNKNOWN_TOPIC_ID, `There is no topic with id ${topic.id}.`);
  }
  if (isNamed && ids.has(found.id)) {
    const message = 'The provided topic name maps to an ID that was already supplied.';
    return apiError(ErrorCode.INVALID_REQUEST, message);
  }
  return null;
}

function find(state: ControllerState, topic: Named): TopicImage | undefined {
  const { topicsById, topicsByName } = state.image;
  return topic.name === null ? topicsById.get(topic.id) : topicsByName.get(topic.name);
}

function namedIn(version: number, request: DeleteTopicsRequest): Named[] {
  if (version < FIRST_VERSION_WITH_IDS) return request.topicNames.map((name) => ({ name, id: ZERO_UUID }));
  return request.topics.map(({ name, topicId }) => ({ name, id: topicId }));
}

function countOf(named: readonly Named[], key: (topic: Named) => string | null): Map<string, number> {
  const counts = new Map<string, number>();
  for (const topic of named) {
    const name = key(topic);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function answer(version: number, name: string | null, id: string, error: ApiError): TopicAnswer {
  return {
    name: version < FIRST_VERSION_WITH_IDS ? (name ?? '') : name,
    topicId: version < FIRST_VERSION_WITH_IDS ? ZERO_UUID : id,
    errorCode: error.code,
    errorMessage: version < FIRST_VERSION_WITH_MESSAGES ? null : error.message,
  };
}

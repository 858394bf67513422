import {
  ConfigResource,
  effectiveTopicConfigs,
  type MetadataRecord,
  rejectTopicConfigs,
} from '../metadata/index.ts';
import {
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  ErrorCode,
  randomUuid,
  ZERO_UUID,
} from '../wire/index.ts';
import { type ControllerState, isElrEnabled } from './controller-state.ts';
import {
  type ApiError,
  apiError,
  type Decision,
  decided,
  isTooLarge,
  rejected,
  TOO_LARGE,
} from './decision.ts';
import { MAX_PARTITIONS_PER_REQUEST } from './limits.ts';
import { decideAssignment, partitionRecords, type TopicRequest } from './topic-assignment.ts';
import { collide, hasCollisionChars, rejectTopicName } from './topic-name.ts';

type TopicAnswer = CreateTopicsResponse['topics'][number];

const METADATA_TOPIC = '__cluster_metadata';
const MIN_ISR = 'min.insync.replicas';

/** Every topic of the request failed alike. */
export function createTopicsError(request: CreateTopicsRequest, error: ApiError): CreateTopicsResponse {
  return { throttleTimeMs: 0, topics: request.topics.map((topic) => refuse(topic.name, error)) };
}

/**
 * Creates topics, each on its own: one that cannot be created does not stop the others (`ControllerApis.createTopics`,
 * `ReplicationControlManager.createTopics`). A dry run (`validateOnly`) answers the same and writes nothing.
 */
export function decideCreateTopics(
  state: ControllerState,
  version: number,
  request: CreateTopicsRequest,
): Decision {
  if (countPartitions(state, request) > MAX_PARTITIONS_PER_REQUEST) {
    const message = 'Excessively large number of partitions per request.';
    return rejected(createTopicsError(request, apiError(ErrorCode.POLICY_VIOLATION, message)));
  }
  const counts = new Map<string, number>();
  for (const { name } of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1);
  const records: MetadataRecord[] = [];
  const topics: TopicAnswer[] = [];
  for (const topic of request.topics) {
    if (counts.get(topic.name) !== 1 || topic.name === METADATA_TOPIC) continue;
    topics.push(createOne(state, version, topic, records));
  }
  for (const [name, count] of counts) {
    if (count > 1) topics.push(refuse(name, apiError(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')));
  }
  if (counts.get(METADATA_TOPIC) === 1) {
    const message = `Creation of internal topic ${METADATA_TOPIC} is prohibited.`;
    topics.push(refuse(METADATA_TOPIC, apiError(ErrorCode.INVALID_REQUEST, message)));
  }
  if (isTooLarge(records)) return rejected(createTopicsError(request, TOO_LARGE));
  return decided({ throttleTimeMs: 0, topics }, request.validateOnly ? [] : records);
}

function createOne(
  state: ControllerState,
  version: number,
  topic: TopicRequest,
  records: MetadataRecord[],
): TopicAnswer {
  const error = rejectTopic(state, topic);
  if (error !== null) return refuse(topic.name, error);
  const assignment = decideAssignment(state, topic);
  if ('code' in assignment) return refuse(topic.name, assignment);
  const topicId = randomUuid(state.topicIdRandom);
  records.push({ type: 'TopicRecord', name: topic.name, topicId });
  records.push(...configRecords(state, topic));
  records.push(...partitionRecords(state, topicId, assignment));
  return accept(state, version, topic, topicId, assignment);
}

function rejectTopic(state: ControllerState, topic: TopicRequest): ApiError | null {
  const { image } = state;
  if (image.topicsByName.has(topic.name)) {
    return apiError(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${topic.name}' already exists.`);
  }
  const problem = rejectTopicName(topic.name) ?? rejectCollision(state, topic.name);
  if (problem !== null) return apiError(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
  const unset = topic.configs.filter((config) => config.value === null).map((config) => config.name);
  if (unset.length > 0) {
    const message = `Null value not supported for topic configs: ${unset.join(',')}`;
    return apiError(ErrorCode.INVALID_CONFIG, message);
  }
  const invalid = rejectTopicConfigs(configsOf(topic));
  return invalid === null ? null : apiError(ErrorCode.INVALID_CONFIG, invalid);
}

function rejectCollision(state: ControllerState, name: string): string | null {
  if (!hasCollisionChars(name)) return null;
  for (const existing of state.image.topicNames()) {
    if (collide(name, existing)) return `Topic '${name}' collides with existing topic: ${existing}`;
  }
  return null;
}

/** After the topic, before its partitions: a replica is made with the configuration that it will have. */
function configRecords(state: ControllerState, topic: TopicRequest): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  const configs = configsOf(topic);
  for (const [name, value] of configs) {
    const resourceType = ConfigResource.TOPIC;
    records.push({ type: 'ConfigRecord', resourceType, resourceName: topic.name, name, value });
  }
  if (configs.has(MIN_ISR) && isElrEnabled(state.image)) {
    records.push({ type: 'ClearElrRecord', topicName: topic.name });
  }
  return records;
}

function accept(
  state: ControllerState,
  version: number,
  topic: TopicRequest,
  topicId: string,
  assignment: readonly (readonly number[])[],
): TopicAnswer {
  const tellsConfigs = version >= 5;
  const configs = effectiveTopicConfigs(state.image, configsOf(topic), state.node).map((config) => ({
    name: config.name,
    value: config.value,
    readOnly: false,
    configSource: config.source,
    isSensitive: false,
  }));
  return {
    name: topic.name,
    topicId: version >= 7 ? topicId : ZERO_UUID,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: tellsConfigs ? assignment.length : -1,
    replicationFactor: tellsConfigs ? (assignment[0]?.length ?? -1) : -1,
    configs: tellsConfigs ? configs : [],
  };
}

function refuse(name: string, error: ApiError): TopicAnswer {
  return {
    name,
    topicId: ZERO_UUID,
    errorCode: error.code,
    errorMessage: error.message,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: -1,
    replicationFactor: -1,
    configs: [],
  };
}

function configsOf(topic: TopicRequest): ReadonlyMap<string, string> {
  const configs = new Map<string, string>();
  for (const { name, value } of topic.configs) {
    if (value !== null) configs.set(name, value);
  }
  return configs;
}

function countPartitions(state: ControllerState, request: CreateTopicsRequest): number {
  let count = 0;
  for (const topic of request.topics) {
    if (topic.assignments.length > 0) count += topic.assignments.length;
    else if (topic.numPartitions === -1) count += state.config['num.partitions'];
    else count += Math.max(0, topic.numPartitions);
  }
  return count;
}

import type { MetadataRecord, TopicImage } from '../metadata/index.ts';
import { type CreatePartitionsRequest, type CreatePartitionsResponse, ErrorCode } from '../wire/index.ts';
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
import { placeReplicas } from './replica-placement.ts';
import {
  type Assignment,
  activeOf,
  partitionRecords,
  placeableBrokers,
  rejectReplicas,
} from './topic-assignment.ts';

type TopicRequest = CreatePartitionsRequest['topics'][number];
type TopicAnswer = CreatePartitionsResponse['results'][number];

/** Every topic of the request failed alike. */
export function createPartitionsError(
  request: CreatePartitionsRequest,
  error: ApiError,
): CreatePartitionsResponse {
  return { throttleTimeMs: 0, results: request.topics.map(({ name }) => answer(name, error)) };
}

/**
 * Adds partitions to topics, each topic on its own (`ControllerApis.createPartitions`,
 * `ReplicationControlManager.createPartitions`). A topic only ever grows: keys would change their partitions
 * otherwise, and records would be lost. A dry run (`validateOnly`) answers the same and writes nothing.
 */
export function decideCreatePartitions(state: ControllerState, request: CreatePartitionsRequest): Decision {
  const counts = new Map<string, number>();
  for (const { name } of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1);
  const results: TopicAnswer[] = [];
  for (const [name, count] of counts) {
    if (count > 1) results.push(answer(name, apiError(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')));
  }
  const records: MetadataRecord[] = [];
  for (const topic of request.topics) {
    if (counts.get(topic.name) === 1) results.push(answer(topic.name, enlarge(state, topic, records)));
  }
  if (isTooLarge(records)) return rejected(createPartitionsError(request, TOO_LARGE));
  return decided({ throttleTimeMs: 0, results }, request.validateOnly ? [] : records);
}

/** Appends the records of a topic's new partitions, or says why there are none. */
function enlarge(state: ControllerState, request: TopicRequest, records: MetadataRecord[]): ApiError | null {
  const topic = state.image.topicsByName.get(request.name);
  if (topic === undefined) return apiError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const problem = rejectCount(topic, request);
  if (problem !== null) return problem;
  const assignment =
    request.assignments === null ? place(state, topic, request) : assignByHand(state, topic, request);
  if ('code' in assignment) return assignment;
  records.push(...partitionRecords(state, topic.id, assignment, topic.partitions.length));
  return null;
}

function rejectCount(topic: TopicImage, { name, count, assignments }: TopicRequest): ApiError | null {
  const existing = topic.partitions.length;
  if (count === existing) {
    return apiError(ErrorCode.INVALID_PARTITIONS, `Topic already has ${existing} partition(s).`);
  }
  if (count < existing) {
    return apiError(
      ErrorCode.INVALID_PARTITIONS,
      `The topic ${name} currently has ${existing} partition(s); ${count} would not be an increase.`,
    );
  }
  const additional = count - existing;
  if (assignments === null || assignments.length === additional) return null;
  return apiError(
    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
    `Attempted to add ${additional} additional partition(s), ` +
      `but only ${assignments.length} assignment(s) were specified.`,
  );
}

/** New partitions have as many replicas as the topic's first one. */
function factorOf(topic: TopicImage): number {
  return topic.partitions[0]?.replicas.length ?? 0;
}

function place(state: ControllerState, topic: TopicImage, { count }: TopicRequest): Assignment {
  const factor = factorOf(topic);
  const additional = count - topic.partitions.length;
  const placement = placeReplicas(placeableBrokers(state), additional, factor, state.placementRandom);
  if ('error' in placement) return apiError(ErrorCode.INVALID_REPLICATION_FACTOR, placement.error);
  if (placement.every((replicas) => activeOf(state, replicas).length > 0)) return placement;
  return apiError(
    ErrorCode.INVALID_REPLICATION_FACTOR,
    `Unable to replicate the partition ${factor} time(s): ` +
      'All brokers are currently fenced or in controlled shutdown.',
  );
}

function assignByHand(state: ControllerState, topic: TopicImage, request: TopicRequest): Assignment {
  const assignment: (readonly number[])[] = [];
  for (const { brokerIds } of request.assignments ?? []) {
    const problem = rejectReplicas(state, brokerIds, factorOf(topic));
    if (problem !== null) return apiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
    if (activeOf(state, brokerIds).length === 0) {
      const partition = topic.partitions.length + assignment.length;
      return apiError(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        `All brokers specified in the manual partition assignment for partition ${partition} ` +
          'are fenced or in controlled shutdown.',
      );
    }
    assignment.push(brokerIds);
  }
  return assignment;
}

function answer(name: string, error: ApiError | null): TopicAnswer {
  return { name, errorCode: error?.code ?? ErrorCode.NONE, errorMessage: error?.message ?? null };
}

import type { TopicImage } from '../metadata/index.ts';
import {
  ErrorCode,
  type ListPartitionReassignmentsRequest,
  type ListPartitionReassignmentsResponse,
} from '../wire/index.ts';
import type { ControllerState } from './controller-state.ts';
import { type ApiError, type Decision, decided } from './decision.ts';
import { isReassigning } from './reassignment.ts';

type OngoingTopic = ListPartitionReassignmentsResponse['topics'][number];

export function listPartitionReassignmentsError({
  code,
  message,
}: ApiError): ListPartitionReassignmentsResponse {
  return { throttleTimeMs: 0, errorCode: code, errorMessage: message, topics: [] };
}

/** Which of the partitions asked about are on the move, all if none is named; what is not there is left out. */
export function decideListPartitionReassignments(
  state: ControllerState,
  request: ListPartitionReassignmentsRequest,
): Decision {
  const { image } = state;
  const topics: OngoingTopic[] = [];
  const list = (topic: TopicImage | undefined, indexes: Iterable<number>): void => {
    const ongoing = topic === undefined ? null : ongoingOf(topic, indexes);
    if (ongoing !== null) topics.push(ongoing);
  };
  if (request.topics === null) {
    for (const name of image.topicNames()) {
      const topic = image.topicsByName.get(name);
      list(topic, topic?.partitions.keys() ?? []);
    }
  } else {
    for (const { name, partitionIndexes } of request.topics)
      list(image.topicsByName.get(name), partitionIndexes);
  }
  return decided({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, topics });
}

function ongoingOf(topic: TopicImage, indexes: Iterable<number>): OngoingTopic | null {
  const partitions: OngoingTopic['partitions'][number][] = [];
  for (const partitionIndex of indexes) {
    const partition = topic.partitions[partitionIndex];
    if (partition === undefined || !isReassigning(partition)) continue;
    const { replicas, addingReplicas, removingReplicas } = partition;
    partitions.push({ partitionIndex, replicas, addingReplicas, removingReplicas });
  }
  return partitions.length === 0 ? null : { name: topic.name, partitions };
}

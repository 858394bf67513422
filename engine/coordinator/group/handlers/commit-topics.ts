import type { ClusterImage } from '../../../metadata/index.ts';
import { ErrorCode, type Uuid, ZERO_UUID } from '../../../wire/index.ts';
import type { CommitTopic, OffsetCommitPlan } from '../offsets/index.ts';

type AnsweredTopic = OffsetCommitPlan['topics'][number];

/** What of a commit can be done, and what is answered at once. */
export interface AdmittedTopics {
  readonly topics: readonly CommitTopic[];
  readonly refused: readonly AnsweredTopic[];
}

/**
 * Names by ids, or ids by names, and only partitions that exist (`KafkaApis.handleOffsetCommitRequest`). Versions with
 * topic ids do not know names.
 */
export function admitCommitTopics(
  image: ClusterImage,
  asked: readonly CommitTopic[],
  usesTopicIds: boolean,
): AdmittedTopics {
  const topics: CommitTopic[] = [];
  const refused: AnsweredTopic[] = [];
  for (const { name, partitions, topicId } of asked) {
    const known = usesTopicIds ? image.topicsById.get(topicId) : image.topicsByName.get(name);
    if (known === undefined) {
      const errorCode = usesTopicIds ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      refused.push(answered(name, usesTopicIds ? topicId : ZERO_UUID, partitions, errorCode));
      continue;
    }
    const isThere = ({ partitionIndex }: { partitionIndex: number }) =>
      known.partitions[partitionIndex] !== undefined;
    const valid = partitions.filter(isThere);
    if (valid.length > 0) topics.push({ name: known.name, topicId: known.id, partitions: valid });
    if (valid.length === partitions.length) continue;
    const unknown = partitions.filter((partition) => !isThere(partition));
    refused.push(answered(known.name, known.id, unknown, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
  }
  return { topics, refused };
}

/** Every partition of a commit, with one code. */
export function refuseAll(topics: readonly CommitTopic[], errorCode: number): AnsweredTopic[] {
  return topics.map(({ name, partitions, topicId }) => answered(name, topicId, partitions, errorCode));
}

/** A topic of which some partitions were refused and others done is one entry in the answer. */
export function mergeTopics(
  refused: readonly AnsweredTopic[],
  done: readonly AnsweredTopic[],
): AnsweredTopic[] {
  const merged = refused.slice();
  for (const topic of done) {
    const at = merged.findIndex(({ name, topicId }) => name === topic.name && topicId === topic.topicId);
    const there = merged[at];
    if (there === undefined) merged.push(topic);
    else merged[at] = { ...there, partitions: there.partitions.concat(topic.partitions) };
  }
  return merged;
}

function answered(
  name: string,
  topicId: Uuid,
  partitions: readonly { readonly partitionIndex: number }[],
  errorCode: number,
): AnsweredTopic {
  return {
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  };
}

import {
  ErrorCode,
  type OffsetCommitRequest,
  type OffsetCommitResponse,
  type Uuid,
  ZERO_UUID,
} from '../../../wire/index.ts';
import type { GroupOffset } from '../../ports.ts';
import type { SentMember } from './group-identity.ts';

/** The last version that names topics; the next one has only their ids. */
export const LAST_COMMIT_VERSION_WITH_NAMES = 9;

export function offsetCommitBody(
  member: SentMember,
  offsets: readonly GroupOffset[],
  version: number,
  idOf: (topic: string) => Uuid,
): OffsetCommitRequest {
  const topics = new Map<string, GroupOffset[]>();
  for (const each of offsets) {
    const known = topics.get(each.topic);
    if (known === undefined) topics.set(each.topic, [each]);
    else known.push(each);
  }
  const hasNames = version <= LAST_COMMIT_VERSION_WITH_NAMES;
  return {
    groupId: member.groupId,
    generationIdOrMemberEpoch: member.generationId,
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    retentionTimeMs: -1,
    topics: [...topics].map(([topic, partitions]) => ({
      name: hasNames ? topic : '',
      topicId: hasNames ? ZERO_UUID : idOf(topic),
      partitions: partitions.map(({ partition, offset, leaderEpoch, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch,
        committedMetadata: metadata,
      })),
    })),
  };
}

/** The verdict on the whole: the first that is no success, rights on topics last (they are told together). */
export function commitErrorOf(response: OffsetCommitResponse): number {
  let unauthorized: number = ErrorCode.NONE;
  for (const { partitions } of response.topics) {
    for (const { errorCode } of partitions) {
      if (errorCode === ErrorCode.TOPIC_AUTHORIZATION_FAILED) unauthorized = errorCode;
      else if (errorCode !== ErrorCode.NONE) return errorCode;
    }
  }
  return unauthorized;
}

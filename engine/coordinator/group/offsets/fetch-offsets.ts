import type { TimelineMap } from '../../../timeline/index.ts';
import { ErrorCode, type OffsetFetchResponse, type Uuid, ZERO_UUID } from '../../../wire/index.ts';
import type { Group } from '../group.ts';
import { type CommittedOffset, isOfAnotherTopic } from './committed-offset.ts';
import type { GroupJudge, GroupOffsets } from './group-offsets.ts';

/** A group whose positions are asked for. */
export interface OffsetFetch {
  readonly groupId: string;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  /** Null: all there are. */
  readonly topics:
    | readonly {
        readonly name: string;
        readonly topicId: Uuid;
        readonly partitionIndexes: readonly number[];
      }[]
    | null;
}

export type FetchedGroup = OffsetFetchResponse['groups'][number];
type FetchedTopic = FetchedGroup['topics'][number];
type FetchedPartition = FetchedTopic['partitions'][number];

/**
 * A group's positions (`fetchOffsets`, `fetchAllOffsets`). `atOffset` is what is replicated; without it the newest state
 * is read, for a client that requires stable positions (KIP-447): it is told UNSTABLE_OFFSET_COMMIT of those that a
 * transaction may still change. A code refuses all of it.
 */
export function fetchOffsets(
  room: GroupOffsets,
  groups: TimelineMap<string, Group>,
  judge: GroupJudge,
  fetch: OffsetFetch,
  atOffset: number | undefined,
): FetchedGroup | number {
  const { groupId, memberEpoch, memberId } = fetch;
  const group = groups.get(groupId, atOffset);
  const refused =
    group === undefined
      ? ErrorCode.GROUP_ID_NOT_FOUND
      : judge.rejectFetch(group, memberId, memberEpoch, atOffset);
  if (refused !== ErrorCode.NONE && refused !== ErrorCode.GROUP_ID_NOT_FOUND) return refused;
  // A group that is not there has no positions: that is no error to who asks for them.
  const offsets = refused === ErrorCode.NONE ? room.offsets.topics(groupId, atOffset) : undefined;
  const requiresStable = atOffset === undefined;
  const topics: FetchedTopic[] = [];
  if (fetch.topics === null) {
    for (const [name, partitions] of offsets?.entries(atOffset) ?? []) {
      const fetched: FetchedPartition[] = [];
      for (const [partition, committed] of partitions.entries(atOffset)) {
        const isUnstable = requiresStable && room.pending.has(groupId, name, partition);
        fetched.push(isUnstable ? unstable(partition) : fetchedPartition(partition, committed));
      }
      topics.push({ name, topicId: ZERO_UUID, partitions: fetched });
    }
    return { groupId, topics, errorCode: ErrorCode.NONE };
  }
  for (const { name, partitionIndexes, topicId } of fetch.topics) {
    const partitions = offsets?.get(name, atOffset);
    const fetched = partitionIndexes.map((partition) => {
      if (requiresStable && refused === ErrorCode.NONE && room.pending.has(groupId, name, partition)) {
        return unstable(partition);
      }
      const committed = partitions?.get(partition, atOffset);
      const isThere = committed !== undefined && !isOfAnotherTopic(committed, topicId);
      return isThere ? fetchedPartition(partition, committed) : nothing(partition, ErrorCode.NONE);
    });
    topics.push({ name, topicId, partitions: fetched });
  }
  return { groupId, topics, errorCode: ErrorCode.NONE };
}

function fetchedPartition(partitionIndex: number, committed: CommittedOffset): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: committed.offset,
    committedLeaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    errorCode: ErrorCode.NONE,
  };
}

function unstable(partitionIndex: number): FetchedPartition {
  return nothing(partitionIndex, ErrorCode.UNSTABLE_OFFSET_COMMIT);
}

function nothing(partitionIndex: number, errorCode: number): FetchedPartition {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode };
}

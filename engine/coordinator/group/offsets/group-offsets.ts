import type { Outbox, Us } from '../../../machine/index.ts';
import type { TimelineMap } from '../../../timeline/index.ts';
import {
  ErrorCode,
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
  type Uuid,
  ZERO_UUID,
} from '../../../wire/index.ts';
import type { ShardContext } from '../../runtime/index.ts';
import type { CommitClaim, Group, PartitionCheck } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type { GroupRecord, OffsetCommitKey, OffsetCommitValue } from '../records/index.ts';
import { type CommittedOffset, committedOffset, offsetTombstone } from './committed-offset.ts';
import { OffsetTable } from './offset-table.ts';
import { TransactionalOffsets } from './transactional-offsets.ts';

const MINUTE_MS = 60_000;

/** What the offsets room asks of the rooms of groups. */
export interface GroupJudge {
  /** An error code for the whole commit (NONE: fine), or a check for each partition. May keep a session alive. */
  rejectCommit(now: Us, group: Group, claim: CommitClaim, out: Outbox): number | PartitionCheck;
  rejectFetch(
    group: Group,
    memberId: string | null,
    memberEpoch: number,
    atOffset: number | undefined,
  ): number;
  /** Makes a group of somebody who only stores offsets: empty, classic, without a protocol. */
  makeSimpleGroup(groupId: string): Group;
}

/** A topic of a commit, by both its names. */
export interface CommitTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly committedOffset: number;
    readonly committedLeaderEpoch: number;
    readonly committedMetadata: string | null;
  }[];
}

export interface OffsetCommit extends CommitClaim {
  readonly groupId: string;
  /** -1: as the broker does. */
  readonly retentionTimeMs: number;
  readonly topics: readonly CommitTopic[];
}

/** Records to write, and what each partition will be told once they are replicated. */
export interface OffsetCommitPlan {
  readonly records: readonly GroupRecord[];
  readonly topics: readonly {
    readonly name: string;
    readonly topicId: Uuid;
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
  }[];
}

/** From this version of OffsetCommit on GROUP_ID_NOT_FOUND is known to clients; of TxnOffsetCommit from KIP-1319 on. */
const GROUP_ID_NOT_FOUND_VERSION = 9;
const TXN_KIP_1319_VERSION = 6;

/** The committed positions of the groups of one partition (`OffsetMetadataManager`). */
export class GroupOffsets {
  readonly #context: ShardContext<GroupRecord>;
  readonly #groups: TimelineMap<string, Group>;
  readonly #config: GroupConfig;
  readonly #judge: GroupJudge;
  readonly offsets: OffsetTable<CommittedOffset>;
  readonly pending: TransactionalOffsets;

  constructor(
    context: ShardContext<GroupRecord>,
    groups: TimelineMap<string, Group>,
    config: GroupConfig,
    judge: GroupJudge,
  ) {
    this.#context = context;
    this.#groups = groups;
    this.#config = config;
    this.#judge = judge;
    this.offsets = new OffsetTable(context.timeline);
    this.pending = new TransactionalOffsets(context.timeline);
  }

  /** Plain and transactional commits (`commitOffset`, `commitTransactionalOffset`). A code refuses all of it. */
  commit(now: Us, commit: OffsetCommit, out: Outbox): OffsetCommitPlan | number {
    const verdict = this.#rejectCommit(now, commit, out);
    if (typeof verdict === 'number' && verdict !== ErrorCode.NONE) return verdict;
    const check = typeof verdict === 'number' ? null : verdict;
    const nowMs = this.#context.wall.nowMs();
    const expireTimestamp = commit.retentionTimeMs < 0 ? -1 : nowMs + commit.retentionTimeMs;
    const records: GroupRecord[] = [];
    const topics: OffsetCommitPlan['topics'][number][] = [];
    for (const { name, topicId, partitions } of commit.topics) {
      const told: { partitionIndex: number; errorCode: number }[] = [];
      for (const partition of partitions) {
        const { committedLeaderEpoch, committedMetadata, committedOffset, partitionIndex } = partition;
        if (
          committedMetadata !== null &&
          committedMetadata.length > this.#config['offset.metadata.max.bytes']
        ) {
          told.push({ partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE });
          continue;
        }
        const refused = check === null ? ErrorCode.NONE : check(name, topicId, partitionIndex);
        if (refused !== ErrorCode.NONE) return translateStale(refused, commit);
        told.push({ partitionIndex, errorCode: ErrorCode.NONE });
        records.push({
          type: 'OffsetCommit',
          key: { group: commit.groupId, topic: name, partition: partitionIndex },
          value: {
            offset: committedOffset,
            leaderEpoch: committedLeaderEpoch,
            metadata: committedMetadata ?? '',
            commitTimestamp: nowMs,
            expireTimestamp,
            topicId,
          },
        });
      }
      topics.push({ name, topicId, partitions: told });
    }
    if (records.length > 0) tellAccepted(commit, out);
    return { records, topics };
  }

  /** Takes positions of topics that nobody of the group subscribes to out of the log (KIP-496). */
  delete(
    request: OffsetDeleteRequest,
  ): { records: GroupRecord[]; topics: OffsetDeleteResponse['topics'] } | number {
    const group = this.#groups.get(request.groupId);
    if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND;
    const refused = group.rejectOffsetDelete();
    if (refused !== ErrorCode.NONE) return refused;
    const records: GroupRecord[] = [];
    const topics: OffsetDeleteResponse['topics'][number][] = [];
    for (const { name, partitions } of request.topics) {
      const isSubscribed = group.isSubscribedToTopic(name);
      const errorCode = isSubscribed ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
      topics.push({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
      });
      if (isSubscribed) continue;
      for (const { partitionIndex } of partitions) {
        if (!this.#isKnown(request.groupId, name, partitionIndex)) continue;
        records.push(offsetTombstone(request.groupId, name, partitionIndex));
      }
    }
    return { records, topics };
  }

  /** All of a group's positions, pending ones too. A partition with both has one tombstone for both. */
  deleteAll(groupId: string, records: GroupRecord[]): void {
    const topics = this.offsets.topics(groupId);
    if (topics !== undefined) {
      for (const [topic, partitions] of topics) {
        for (const partition of partitions.keys()) records.push(offsetTombstone(groupId, topic, partition));
      }
    }
    this.pending.forEachPartition(groupId, (topic, partition) => {
      if (this.offsets.get(groupId, topic, partition) !== undefined) return;
      records.push(offsetTombstone(groupId, topic, partition));
    });
  }

  /**
   * Expires a group's positions (KIP-211). True when none is left, pending ones included: the group may go too.
   */
  expire(group: Group, records: GroupRecord[]): boolean {
    const { groupId } = group;
    const topics = this.offsets.topics(groupId);
    if (topics === undefined) return !this.pending.hasGroup(groupId);
    const retainedFrom = group.offsetExpiration();
    if (retainedFrom === null) return false;
    const nowMs = this.#context.wall.nowMs();
    const retentionMs = this.#config['offsets.retention.minutes'] * MINUTE_MS;
    let isAllExpired = true;
    for (const [topic, partitions] of topics) {
      if (group.isSubscribedToTopic(topic)) {
        isAllExpired = false;
        continue;
      }
      for (const [partition, { commitTimestampMs, expireTimestampMs }] of partitions) {
        const isExpired =
          expireTimestampMs >= 0
            ? nowMs >= expireTimestampMs
            : nowMs - retainedFrom(commitTimestampMs) >= retentionMs;
        if (isExpired && !this.pending.has(groupId, topic, partition)) {
          records.push(offsetTombstone(groupId, topic, partition));
        } else isAllExpired = false;
      }
    }
    return isAllExpired && !this.pending.hasGroup(groupId);
  }

  /** Positions of topics that are gone. One of another topic that had the name later or before stays. */
  onTopicsDeleted(deleted: readonly { readonly name: string; readonly id: Uuid }[]): GroupRecord[] {
    const records: GroupRecord[] = [];
    const clean = (table: OffsetTable<CommittedOffset>): void => {
      for (const [groupId, topics] of table.groups()) {
        for (const { id, name } of deleted) {
          const partitions = topics.get(name);
          if (partitions === undefined) continue;
          for (const [partition, { topicId }] of partitions) {
            if (topicId === ZERO_UUID || topicId === id)
              records.push(offsetTombstone(groupId, name, partition));
          }
        }
      }
    };
    clean(this.offsets);
    for (const table of this.pending.tables()) clean(table);
    return records;
  }

  replay(
    recordOffset: number,
    producerId: number,
    key: OffsetCommitKey,
    value: OffsetCommitValue | null,
  ): void {
    const { group, partition, topic } = key;
    if (value === null) {
      this.offsets.delete(group, topic, partition);
      this.pending.clear(group, topic, partition);
      return;
    }
    // Offsets may come before their group's record, or without any: the one may have been compacted away (KAFKA-20254).
    if (!this.#groups.has(group)) this.#judge.makeSimpleGroup(group);
    const committed = committedOffset(recordOffset, value);
    if (producerId === -1) this.offsets.set(group, topic, partition, committed);
    else this.pending.add(producerId, group, topic, partition, committed);
  }

  /**
   * A producer's transaction has ended. Of a position committed within it and one committed beside it the one whose
   * record lies later counts: compaction keeps only that.
   */
  replayEndTransactionMarker(producerId: number, isCommit: boolean): void {
    const pending = this.pending.take(producerId);
    if (pending === undefined || !isCommit) return;
    for (const [groupId, topics] of pending.groups()) {
      for (const [topic, partitions] of topics) {
        for (const [partition, committed] of partitions) {
          const existing = this.offsets.get(groupId, topic, partition);
          if (existing !== undefined && existing.recordOffset > committed.recordOffset) continue;
          this.offsets.set(groupId, topic, partition, committed);
        }
      }
    }
  }

  #isKnown(groupId: string, topic: string, partition: number): boolean {
    return (
      this.offsets.get(groupId, topic, partition) !== undefined || this.pending.has(groupId, topic, partition)
    );
  }

  #rejectCommit(now: Us, commit: OffsetCommit, out: Outbox): number | PartitionCheck {
    let group = this.#groups.get(commit.groupId);
    if (group === undefined) {
      if (commit.generationIdOrMemberEpoch >= 0) {
        const since = commit.isTransactional ? TXN_KIP_1319_VERSION : GROUP_ID_NOT_FOUND_VERSION;
        return commit.apiVersion >= since ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION;
      }
      group = this.#judge.makeSimpleGroup(commit.groupId);
    }
    const verdict = this.#judge.rejectCommit(now, group, commit, out);
    return typeof verdict === 'number' ? translateStale(verdict, commit) : verdict;
  }
}

/** Transactional producers know STALE_MEMBER_EPOCH from KIP-1319 on. */
function translateStale(errorCode: number, { apiVersion, isTransactional }: CommitClaim): number {
  const isUnknown = isTransactional && apiVersion < TXN_KIP_1319_VERSION;
  return errorCode === ErrorCode.STALE_MEMBER_EPOCH && isUnknown ? ErrorCode.ILLEGAL_GENERATION : errorCode;
}

function tellAccepted(commit: OffsetCommit, out: Outbox): void {
  const { generationIdOrMemberEpoch: memberEpoch, groupId: group, isTransactional, memberId } = commit;
  out.fact({ fact: 'offset commit accepted', group, memberId, memberEpoch, isTransactional });
}

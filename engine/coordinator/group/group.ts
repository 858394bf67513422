import type { Uuid } from '../../wire/index.ts';
import type { GroupRecord } from './records/index.ts';

/** Who commits offsets, as the request says it. */
export interface CommitClaim {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly generationIdOrMemberEpoch: number;
  readonly isTransactional: boolean;
  /** Of OffsetCommit or TxnOffsetCommit. */
  readonly apiVersion: number;
}

/** A commit judged partition by partition (KIP-1251): NONE, or STALE_MEMBER_EPOCH for the whole request. */
export type PartitionCheck = (topic: string, topicId: Uuid, partition: number) => number;

/**
 * From when an offset's retention counts, by the time of its commit, both in milliseconds of the wall clock
 * (`OffsetExpirationConditionImpl.baseTimestamp`).
 */
export type OffsetExpiration = (commitTimestampMs: number) => number;

/**
 * What the shard and the offsets room ask of a group of any kind (`Group`). `ClassicGroup` and `ConsumerGroup` are such.
 * Without `atOffset` it is the newest state, with it what is replicated.
 */
export interface GroupFace {
  readonly kind: 'classic' | 'consumer';
  readonly groupId: string;
  /** `consumer`, `connect`, ...; '' for a group that has none (`asListedGroup`). */
  protocolTypeAt(atOffset?: number): string;
  /** As ListGroups prints it: `Stable`, `PreparingRebalance`, `Reconciling`, ... */
  stateNameAt(atOffset?: number): string;
  readonly memberCount: number;
  /** It has no members. */
  readonly isEmpty: boolean;
  isSubscribedToTopic(topic: string): boolean;
  /** NONE when offsets may be deleted; else GROUP_ID_NOT_FOUND (dead), NON_EMPTY_GROUP. */
  rejectOffsetDelete(): number;
  /** NONE when the group may be deleted; else GROUP_ID_NOT_FOUND (dead), NON_EMPTY_GROUP. */
  rejectDelete(): number;
  /** Null: offsets do not expire as the group is now. */
  offsetExpiration(): OffsetExpiration | null;
  /** What takes the group out of the log (`createGroupTombstoneRecords`). */
  addTombstones(records: GroupRecord[]): void;
  /** The group goes away: its timers with it. */
  cancelTimers(): void;
}

/** A group in the shard's map. Its class tells more: `instanceof ClassicGroup`, `instanceof ConsumerGroup`. */
export type Group = GroupFace;

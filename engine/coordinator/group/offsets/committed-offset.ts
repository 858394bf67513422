import { type Uuid, ZERO_UUID } from '../../../wire/index.ts';
import type { GroupRecord, OffsetCommitValue } from '../records/index.ts';

/** A committed position (`OffsetAndMetadata`). */
export interface CommittedOffset {
  /** Where its record lies: of two the later one counts, whatever order transactions end in. */
  readonly recordOffset: number;
  readonly offset: number;
  /** -1: not known. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** Of clients before KIP-211, which said how long to keep it; -1: by the broker's rule. */
  readonly expireTimestampMs: number;
  readonly topicId: Uuid;
}

export function committedOffset(recordOffset: number, value: OffsetCommitValue): CommittedOffset {
  return {
    recordOffset,
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestampMs: value.commitTimestamp,
    expireTimestampMs: value.expireTimestamp,
    topicId: value.topicId,
  };
}

export function offsetTombstone(group: string, topic: string, partition: number): GroupRecord {
  return { type: 'OffsetCommit', key: { group, topic, partition }, value: null };
}

/** The position belongs to an earlier topic of the same name (KIP-848). */
export function isOfAnotherTopic({ topicId }: CommittedOffset, expected: Uuid): boolean {
  return topicId !== ZERO_UUID && expected !== ZERO_UUID && topicId !== expected;
}

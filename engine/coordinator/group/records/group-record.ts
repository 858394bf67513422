import { decodeVersioned, encodeVersioned, prefixOf, type Schema, WireError } from '../../../wire/index.ts';
import type { CoordinatorRecord, RecordCodec } from '../../runtime/index.ts';
import {
  type ConsumerGroupCurrentMemberAssignmentKey,
  type ConsumerGroupCurrentMemberAssignmentValue,
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
} from './consumer-group-current-member-assignment.ts';
import {
  type ConsumerGroupMemberMetadataKey,
  type ConsumerGroupMemberMetadataValue,
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
} from './consumer-group-member-metadata.ts';
import {
  type ConsumerGroupMetadataKey,
  type ConsumerGroupMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
} from './consumer-group-metadata.ts';
import {
  type ConsumerGroupPartitionMetadataKey,
  type ConsumerGroupPartitionMetadataValue,
  consumerGroupPartitionMetadataKey,
  consumerGroupPartitionMetadataValue,
} from './consumer-group-partition-metadata.ts';
import {
  type ConsumerGroupRegularExpressionKey,
  type ConsumerGroupRegularExpressionValue,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
} from './consumer-group-regular-expression.ts';
import {
  type ConsumerGroupTargetAssignmentMemberKey,
  type ConsumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
} from './consumer-group-target-assignment-member.ts';
import {
  type ConsumerGroupTargetAssignmentMetadataKey,
  type ConsumerGroupTargetAssignmentMetadataValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
} from './consumer-group-target-assignment-metadata.ts';
import {
  type GroupMetadataKey,
  type GroupMetadataValue,
  groupMetadataKey,
  groupMetadataValue,
} from './group-metadata.ts';
import {
  type OffsetCommitKey,
  type OffsetCommitValue,
  offsetCommitKey,
  offsetCommitValue,
} from './offset-commit.ts';

interface Entry<Type extends string, Key, Value> {
  readonly type: Type;
  readonly key: Key;
  /** null: a tombstone. */
  readonly value: Value | null;
}

/** One record of `__consumer_offsets`. */
export type GroupRecord =
  | Entry<'OffsetCommit', OffsetCommitKey, OffsetCommitValue>
  | Entry<'GroupMetadata', GroupMetadataKey, GroupMetadataValue>
  | Entry<'ConsumerGroupMetadata', ConsumerGroupMetadataKey, ConsumerGroupMetadataValue>
  | Entry<
      'ConsumerGroupPartitionMetadata',
      ConsumerGroupPartitionMetadataKey,
      ConsumerGroupPartitionMetadataValue
    >
  | Entry<'ConsumerGroupMemberMetadata', ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue>
  | Entry<
      'ConsumerGroupTargetAssignmentMetadata',
      ConsumerGroupTargetAssignmentMetadataKey,
      ConsumerGroupTargetAssignmentMetadataValue
    >
  | Entry<
      'ConsumerGroupTargetAssignmentMember',
      ConsumerGroupTargetAssignmentMemberKey,
      ConsumerGroupTargetAssignmentMemberValue
    >
  | Entry<
      'ConsumerGroupCurrentMemberAssignment',
      ConsumerGroupCurrentMemberAssignmentKey,
      ConsumerGroupCurrentMemberAssignmentValue
    >
  | Entry<
      'ConsumerGroupRegularExpression',
      ConsumerGroupRegularExpressionKey,
      ConsumerGroupRegularExpressionValue
    >;

interface RecordType {
  readonly type: GroupRecord['type'];
  /** What a key begins with (`CoordinatorRecordType`). */
  readonly id: number;
  readonly key: Schema<object>;
  readonly value: Schema<object>;
  /** The value's version that is written. */
  readonly version: number;
}

const TYPES: readonly RecordType[] = [
  { type: 'OffsetCommit', id: 1, key: offsetCommitKey, value: offsetCommitValue, version: 4 },
  { type: 'GroupMetadata', id: 2, key: groupMetadataKey, value: groupMetadataValue, version: 3 },
  {
    type: 'ConsumerGroupMetadata',
    id: 3,
    key: consumerGroupMetadataKey,
    value: consumerGroupMetadataValue,
    version: 0,
  },
  {
    type: 'ConsumerGroupPartitionMetadata',
    id: 4,
    key: consumerGroupPartitionMetadataKey,
    value: consumerGroupPartitionMetadataValue,
    version: 0,
  },
  {
    type: 'ConsumerGroupMemberMetadata',
    id: 5,
    key: consumerGroupMemberMetadataKey,
    value: consumerGroupMemberMetadataValue,
    version: 0,
  },
  {
    type: 'ConsumerGroupTargetAssignmentMetadata',
    id: 6,
    key: consumerGroupTargetAssignmentMetadataKey,
    value: consumerGroupTargetAssignmentMetadataValue,
    version: 0,
  },
  {
    type: 'ConsumerGroupTargetAssignmentMember',
    id: 7,
    key: consumerGroupTargetAssignmentMemberKey,
    value: consumerGroupTargetAssignmentMemberValue,
    version: 0,
  },
  {
    type: 'ConsumerGroupCurrentMemberAssignment',
    id: 8,
    key: consumerGroupCurrentMemberAssignmentKey,
    value: consumerGroupCurrentMemberAssignmentValue,
    version: 0,
  },
  {
    type: 'ConsumerGroupRegularExpression',
    id: 16,
    key: consumerGroupRegularExpressionKey,
    value: consumerGroupRegularExpressionValue,
    version: 0,
  },
];

const BY_TYPE: ReadonlyMap<string, RecordType> = new Map(TYPES.map((each) => [each.type, each]));
const BY_ID: ReadonlyMap<number, RecordType> = new Map(TYPES.map((each) => [each.id, each]));

/** Keys of versions 0 and 1 are both of commits; the first is what brokers before 0.9 wrote. */
const LEGACY_OFFSET_COMMIT = 0;
/** The one version whose value has an expiry of its own (KIP-211). */
const VERSION_WITH_EXPIRY = 1;

/** How records of `__consumer_offsets` become bytes and are read again. */
export const groupRecordCodec: RecordCodec<GroupRecord> = {
  encode(record: GroupRecord): CoordinatorRecord {
    const { id, key, value } = BY_TYPE.get(record.type)!;
    return {
      key: encodeVersioned(key, 0, record.key, id),
      value: record.value === null ? null : encodeVersioned(value, versionOf(record), record.value),
    };
  },

  decode(key: Uint8Array, value: Uint8Array | null): GroupRecord | null | string {
    const id = prefixOf(key);
    if (id instanceof WireError) return `key: ${id.message}`;
    const known = BY_ID.get(id === LEGACY_OFFSET_COMMIT ? 1 : id);
    if (known === undefined) return null;
    const decodedKey = decodeVersioned(known.key, 0, key);
    if (decodedKey instanceof WireError) return `key of ${known.type}: ${decodedKey.message}`;
    const version = value === null ? 0 : prefixOf(value);
    if (version instanceof WireError) return `value of ${known.type}: ${version.message}`;
    // A tagged field more is no new version: a version above what is known is another broker's business (KIP-915).
    const decodedValue = value === null ? null : decodeVersioned(known.value, version, value);
    if (decodedValue instanceof WireError) return `value of ${known.type}: ${decodedValue.message}`;
    return { type: known.type, key: decodedKey, value: decodedValue } as GroupRecord;
  },
};

function versionOf(record: GroupRecord): number {
  if (record.type === 'OffsetCommit' && record.value !== null && record.value.expireTimestamp !== -1)
    return VERSION_WITH_EXPIRY;
  return BY_TYPE.get(record.type)!.version;
}

import type {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataValue,
} from '../records/index.ts';
import {
  equalPartitionEpochs,
  NO_PARTITION_EPOCHS,
  type PartitionEpochs,
  partitionEpochsOf,
} from './assignment.ts';

/** How far a member is on its way to its target (`MemberState`), by the numbers in records. */
export const MemberState = {
  /** It has what it shall have in its epoch. */
  STABLE: 0,
  /** It has to give up partitions before it may go on. */
  UNREVOKED_PARTITIONS: 1,
  /** It waits for partitions that others have not given up. */
  UNRELEASED_PARTITIONS: 2,
  /** Written by a newer coordinator: it has to begin anew. */
  UNKNOWN: 127,
} as const;
export type MemberState = (typeof MemberState)[keyof typeof MemberState];

export const JOIN_EPOCH = 0;
export const LEAVE_EPOCH = -1;
export const LEAVE_STATIC_EPOCH = -2;

export type ClassicMemberMetadata = NonNullable<ConsumerGroupMemberMetadataValue['classicMemberMetadata']>;

/** A member of a consumer group: what its records say of it (`ConsumerGroupMember`). A value. */
export interface ConsumerGroupMember {
  readonly memberId: string;
  readonly memberEpoch: number;
  /** The epoch before; a heartbeat with it is of a member that has not heard of the newer one. */
  readonly previousMemberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** Sorted, each once. */
  readonly subscribedTopicNames: readonly string[];
  /** Empty or null: none. */
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
  readonly state: MemberState;
  readonly assigned: PartitionEpochs;
  /** Still its own: nobody else may have them yet. */
  readonly pendingRevocation: PartitionEpochs;
  /** Null: it speaks the consumer protocol. */
  readonly classic: ClassicMemberMetadata | null;
}

export function newMember(memberId: string): ConsumerGroupMember {
  return {
    memberId,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    instanceId: null,
    rackId: null,
    rebalanceTimeoutMs: -1,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: [],
    subscribedTopicRegex: '',
    serverAssignor: null,
    state: MemberState.STABLE,
    assigned: NO_PARTITION_EPOCHS,
    pendingRevocation: NO_PARTITION_EPOCHS,
    classic: null,
  };
}

export function withMetadata(
  member: ConsumerGroupMember,
  value: ConsumerGroupMemberMetadataValue,
): ConsumerGroupMember {
  return {
    ...member,
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopicNames: sortedNames(value.subscribedTopicNames),
    subscribedTopicRegex: value.subscribedTopicRegex,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    serverAssignor: value.serverAssignor,
    classic: value.classicMemberMetadata,
  };
}

export function withCurrentAssignment(
  member: ConsumerGroupMember,
  value: ConsumerGroupCurrentMemberAssignmentValue,
): ConsumerGroupMember {
  return {
    ...member,
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: stateOf(value.state),
    assigned: partitionEpochsOf(value.assignedPartitions, value.memberEpoch),
    pendingRevocation: partitionEpochsOf(value.partitionsPendingRevocation, value.memberEpoch),
  };
}

/** It is where the target wants it. */
export function isReconciledTo(member: ConsumerGroupMember, assignmentEpoch: number): boolean {
  return member.state === MemberState.STABLE && member.memberEpoch === assignmentEpoch;
}

/** What its metadata record holds is the same. */
export function equalMetadata(one: ConsumerGroupMember, other: ConsumerGroupMember): boolean {
  return (
    one.memberId === other.memberId &&
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.subscribedTopicRegex === other.subscribedTopicRegex &&
    one.serverAssignor === other.serverAssignor &&
    equalNames(one.subscribedTopicNames, other.subscribedTopicNames) &&
    equalClassic(one.classic, other.classic)
  );
}

/** What its current assignment record holds is the same. */
export function equalCurrentAssignment(one: ConsumerGroupMember, other: ConsumerGroupMember): boolean {
  return (
    one.memberEpoch === other.memberEpoch &&
    one.previousMemberEpoch === other.previousMemberEpoch &&
    one.state === other.state &&
    equalPartitionEpochs(one.assigned, other.assigned) &&
    equalPartitionEpochs(one.pendingRevocation, other.pendingRevocation)
  );
}

/** The pattern that it subscribes to, null when it has none. */
export function regexOf(member: ConsumerGroupMember | null): string | null {
  const regex = member?.subscribedTopicRegex ?? null;
  return regex === '' ? null : regex;
}

/** Each once, by code unit. */
export function sortedNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

export function equalNames(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, at) => name === other[at]));
}

function equalClassic(one: ClassicMemberMetadata | null, other: ClassicMemberMetadata | null): boolean {
  if (one === null || other === null) return one === other;
  const protocols = one.supportedProtocols;
  if (one.sessionTimeoutMs !== other.sessionTimeoutMs) return false;
  if (protocols.length !== other.supportedProtocols.length) return false;
  return protocols.every(({ metadata, name }, at) => {
    const there = other.supportedProtocols[at]!;
    return name === there.name && equalBytes(metadata, there.metadata);
  });
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function stateOf(value: number): MemberState {
  return value === MemberState.STABLE ||
    value === MemberState.UNREVOKED_PARTITIONS ||
    value === MemberState.UNRELEASED_PARTITIONS
    ? value
    : MemberState.UNKNOWN;
}

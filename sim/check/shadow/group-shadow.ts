import type { GroupRecord } from '../../../engine/coordinator/index.ts';

/** One member of a classic group, as the record of its generation has it. */
export interface ClassicMemberShadow {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** As the member wrote it: `ConsumerProtocolSubscription` of a consumer. */
  readonly subscription: Uint8Array;
  readonly assignment: Uint8Array;
}

export interface ClassicShadow {
  readonly generation: number;
  /** Empty: nobody is in it. */
  readonly protocolType: string;
  readonly protocol: string | null;
  readonly leader: string | null;
  readonly members: ReadonlyMap<string, ClassicMemberShadow>;
}

type ValueOf<Type extends GroupRecord['type']> = NonNullable<
  Extract<GroupRecord, { readonly type: Type }>['value']
>;
export type CurrentAssignment = ValueOf<'ConsumerGroupCurrentMemberAssignment'>;
export type MemberMetadata = ValueOf<'ConsumerGroupMemberMetadata'>;

/** One member of a consumer group. What it holds is what no other may be given. */
export interface MemberShadow {
  readonly memberId: string;
  metadata: MemberMetadata | null;
  /** Null: nothing is written of what it has. */
  current: CurrentAssignment | null;
  /** The epoch in which it came: what a client of that id believed before is of an earlier life. */
  since: number;
  /** `topic id:partition`, with the epoch in which it was given (KIP-1251); what it has yet to give up included. */
  held: ReadonlyMap<string, number>;
}

export interface ConsumerShadow {
  epoch: number;
  /** -1: none. */
  targetEpoch: number;
  readonly members: Map<string, MemberShadow>;
  /** `topic id:partition`, by member. */
  readonly targets: Map<string, readonly string[]>;
  /** Topics that a pattern matched. */
  readonly regexes: Map<string, readonly string[]>;
}

/** A group as the replicated records of its partition tell it, one kind at a time. */
export class GroupShadow {
  readonly groupId: string;
  classic: ClassicShadow | null = null;
  consumer: ConsumerShadow | null = null;

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get isGone(): boolean {
    return this.classic === null && this.consumer === null;
  }

  apply(record: Exclude<GroupRecord, { readonly type: 'OffsetCommit' }>): void {
    if (record.type === 'GroupMetadata') {
      this.classic = record.value === null ? null : classicOf(record.value);
      return;
    }
    // A tombstone of a group that is not one brings none about.
    if (this.consumer === null && record.value === null) return;
    this.consumer ??= {
      epoch: 0,
      targetEpoch: -1,
      members: new Map(),
      targets: new Map(),
      regexes: new Map(),
    };
    this.#applyConsumer(this.consumer, record);
  }

  #applyConsumer(
    group: ConsumerShadow,
    record: Exclude<GroupRecord, { readonly type: 'OffsetCommit' | 'GroupMetadata' }>,
  ): void {
    switch (record.type) {
      case 'ConsumerGroupMetadata':
        if (record.value === null) this.consumer = null;
        else group.epoch = record.value.epoch;
        return;
      case 'ConsumerGroupPartitionMetadata':
        return;
      case 'ConsumerGroupMemberMetadata':
        if (record.value === null) group.members.delete(record.key.memberId);
        else memberOf(group, record.key.memberId).metadata = record.value;
        return;
      case 'ConsumerGroupTargetAssignmentMetadata':
        group.targetEpoch = record.value?.assignmentEpoch ?? -1;
        return;
      case 'ConsumerGroupTargetAssignmentMember':
        if (record.value === null) group.targets.delete(record.key.memberId);
        else group.targets.set(record.key.memberId, namesOf(record.value.topicPartitions));
        return;
      case 'ConsumerGroupCurrentMemberAssignment':
        applyCurrent(group, record.key.memberId, record.value);
        return;
      case 'ConsumerGroupRegularExpression':
        if (record.value === null) group.regexes.delete(record.key.regularExpression);
        else group.regexes.set(record.key.regularExpression, record.value.topics);
        return;
    }
  }
}

function classicOf(value: ValueOf<'GroupMetadata'>): ClassicShadow {
  const { generation, leader, protocol, protocolType } = value;
  const members = new Map(
    value.members.map(({ assignment, groupInstanceId, memberId, subscription }) => [
      memberId,
      { memberId, instanceId: groupInstanceId, subscription, assignment },
    ]),
  );
  return { generation, protocolType, protocol, leader, members };
}

function memberOf({ members }: ConsumerShadow, memberId: string): MemberShadow {
  let member = members.get(memberId);
  if (member === undefined) {
    member = { memberId, metadata: null, current: null, since: -1, held: NOTHING };
    members.set(memberId, member);
  }
  return member;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

function applyCurrent(group: ConsumerShadow, memberId: string, value: CurrentAssignment | null): void {
  if (value === null) {
    const member = group.members.get(memberId);
    if (member === undefined) return;
    member.current = null;
    member.held = NOTHING;
    member.since = -1;
    return;
  }
  const member = memberOf(group, memberId);
  if (member.current === null) member.since = value.memberEpoch;
  member.current = value;
  member.held = heldBy(value);
}

/** Partitions without an epoch of their own were given in the member's. */
function heldBy({
  assignedPartitions,
  memberEpoch,
  partitionsPendingRevocation,
}: CurrentAssignment): ReadonlyMap<string, number> {
  const held = new Map<string, number>();
  for (const topics of [assignedPartitions, partitionsPendingRevocation]) {
    for (const { assignmentEpochs, partitions, topicId } of topics) {
      for (let i = 0; i < partitions.length; i++)
        held.set(`${topicId}:${partitions[i]!}`, assignmentEpochs?.[i] ?? Math.max(memberEpoch, 0));
    }
  }
  return held;
}

function namesOf(
  topics: readonly { readonly topicId: string; readonly partitions: readonly number[] }[],
): string[] {
  return topics.flatMap(({ partitions, topicId }) => partitions.map((each) => `${topicId}:${each}`));
}

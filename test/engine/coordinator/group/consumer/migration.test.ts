import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../../engine/machine/index.ts';
import {
  decodeAssignment,
  ErrorCode,
  encodeAssignment,
  encodeSubscription,
  WireError,
} from '../../../../../engine/wire/index.ts';
import { dumpGroup } from './dump-group.ts';
import { assignedIn, GROUP, GroupStage, idOf } from './group-stage.ts';

function protocolsFor(topics: readonly string[], owned: readonly number[] = []) {
  const ownedPartitions = owned.length === 0 ? [] : [{ topic: 't', partitions: owned }];
  const metadata = encodeSubscription({
    topics,
    userData: null,
    ownedPartitions,
    generationId: -1,
    rackId: null,
  });
  return [{ name: 'range', metadata }];
}

function partitionsIn(assignment: Uint8Array): readonly number[] {
  const decoded = decodeAssignment(assignment);
  if (decoded instanceof WireError) throw new Error(decoded.message);
  return decoded.assignedPartitions[0]?.partitions ?? [];
}

/** A stable classic group of one member with all partitions of `t`. */
function classicGroup(config = {}): { readonly stage: GroupStage; readonly memberId: string } {
  const stage = new GroupStage(config);
  const asked = stage.joinClassic({ protocols: protocolsFor(['t']) })!;
  expect(asked.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
  const { memberId } = asked;
  stage.joinClassic({ memberId, protocols: protocolsFor(['t']) });
  stage.runtime.advance(4 * SECOND);
  const assignment = encodeAssignment({
    assignedPartitions: [{ topic: 't', partitions: [0, 1, 2, 3] }],
    userData: null,
  });
  stage.syncClassic({ memberId, generationId: 1, assignments: [{ memberId, assignment }] });
  expect(stage.heartbeatClassic(memberId, 1).errorCode).toBe(0);
  return { stage, memberId };
}

describe('a classic group that a member of the consumer protocol joins', () => {
  test('becomes a consumer group with the same members and assignment', () => {
    const { memberId, stage } = classicGroup();
    const from = stage.runtime.records.length;
    const joined = stage.join('new');
    expect(joined).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    expect(stage.recordsSince(from).slice(0, 7)).toEqual([
      'GroupMetadata -',
      'MemberMetadata',
      'Metadata',
      'TargetAssignmentMember',
      'TargetAssignmentMetadata',
      'CurrentMemberAssignment',
      'MemberMetadata',
    ]);
    expect(assignedIn(joined)).toEqual({});
    const group = stage.group!;
    expect(group.classicMemberCount).toBe(1);
    expect(group.member(memberId)).toMatchObject({ memberEpoch: 1, clientId: 'client' });
    expect(dumpGroup(stage.runtime.rebuild(), stage.image)).toEqual(dumpGroup(stage.shard, stage.image));
  });

  test('leads its classic members by heartbeats, joins and syncs to what they shall have', () => {
    const { memberId, stage } = classicGroup();
    stage.join('new');
    expect(stage.heartbeatClassic(memberId, 1).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    // It still has everything: it is told in its generation what it may keep.
    const first = stage.joinClassic({ memberId, protocols: protocolsFor(['t'], [0, 1, 2, 3]) })!;
    expect(first).toMatchObject({
      errorCode: 0,
      generationId: 1,
      memberId,
      leader: '',
      protocolName: 'range',
    });
    const synced = stage.syncClassic({
      memberId,
      generationId: 1,
      protocolType: 'consumer',
      protocolName: 'range',
    })!;
    expect(partitionsIn(synced.assignment)).toEqual([0, 1]);
    expect(assignedIn(stage.beat('new', 2))).toBeNull();
    const second = stage.joinClassic({ memberId, protocols: protocolsFor(['t'], [0, 1]) })!;
    expect(second.generationId).toBe(2);
    expect(partitionsIn(stage.syncClassic({ memberId, generationId: 2 })!.assignment)).toEqual([0, 1]);
    expect(stage.heartbeatClassic(memberId, 2).errorCode).toBe(0);
    expect(assignedIn(stage.beat('new', 2))).toEqual({ t: [2, 3] });
    expect(stage.describe()).toMatchObject({ groupState: 'Stable', groupEpoch: 2 });
    expect(
      stage
        .describe()
        .members.map(({ memberType }) => memberType)
        .sort(),
    ).toEqual([0, 1]);
  });

  test('throws a classic member out that does not join when it is told to', () => {
    const { memberId, stage } = classicGroup();
    stage.join('new');
    for (let beats = 0; beats < 4; beats += 1) {
      stage.heartbeatClassic(memberId, 1);
      stage.runtime.advance(3 * SECOND);
    }
    expect(stage.group!.member(memberId)).toBeUndefined();
    expect(stage.heartbeatClassic(memberId, 1).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('throws a classic member out that joins and does not sync', () => {
    const { memberId, stage } = classicGroup();
    stage.join('new');
    stage.joinClassic({ memberId, protocols: protocolsFor(['t']) });
    stage.runtime.advance(11 * SECOND);
    expect(stage.group!.member(memberId)).toBeUndefined();
  });

  test('stays what it is where the policy says so', () => {
    const { stage } = classicGroup({ 'group.consumer.migration.policy': 'downgrade' });
    expect(stage.join('new').errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    expect(stage.shard.groups.get(GROUP)!.kind).toBe('classic');
  });

  test('that is empty makes room', () => {
    const { memberId, stage } = classicGroup();
    stage.leaveClassic(memberId);
    expect(stage.join('new')).toMatchObject({ errorCode: 0, memberEpoch: 2 });
    expect(stage.group!.memberCount).toBe(1);
  });
});

describe('a consumer group whose last member of the consumer protocol leaves', () => {
  test('becomes a classic group, and its members join it', () => {
    const { memberId, stage } = classicGroup();
    stage.join('new');
    const left = stage.beat('new', -1);
    expect(left).toMatchObject({ errorCode: 0, memberEpoch: -1 });
    const group = stage.shard.groups.get(GROUP)!;
    expect(group.kind).toBe('classic');
    expect(group.memberCount).toBe(1);
    // The group’s epoch goes on as the generation, and a rebalance begins.
    expect(group.stateNameAt()).toBe('PreparingRebalance');
    expect(stage.recordsSince(0).at(-1)).toBe('GroupMetadata');
    expect(stage.recordsSince(0).at(-2)).toBe('Metadata -');
    const rejoined = stage.joinClassic({ memberId, protocols: protocolsFor(['t']) });
    expect(rejoined).toMatchObject({ errorCode: 0, generationId: 3, leader: memberId });
    expect(stage.runtime.rebuild().groups.get(GROUP)!.kind).toBe('classic');
  });

  test('does so when that member is silent for too long', () => {
    const { memberId, stage } = classicGroup();
    stage.join('new');
    for (let beats = 0; beats < 6; beats += 1) {
      stage.runtime.advance(8 * SECOND);
      if (stage.heartbeatClassic(memberId, 1).errorCode === ErrorCode.UNKNOWN_MEMBER_ID) break;
      stage.joinClassic({ memberId, protocols: protocolsFor(['t']) });
      stage.syncClassic({ memberId, generationId: stage.group?.member(memberId)?.memberEpoch ?? -1 });
    }
    expect(stage.shard.groups.get(GROUP)!.kind).toBe('classic');
  });

  test('stays a consumer group where the policy says so', () => {
    const { stage } = classicGroup({ 'group.consumer.migration.policy': 'upgrade' });
    stage.join('new');
    stage.beat('new', -1);
    expect(stage.group!.memberCount).toBe(1);
  });

  test('is taken back as it was when the write fails', () => {
    const { stage } = classicGroup();
    stage.join('new');
    const before = dumpGroup(stage.shard, stage.image);
    stage.runtime.failWith = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    expect(stage.beat('new', -1).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    stage.runtime.failWith = 0;
    expect(dumpGroup(stage.shard, stage.image)).toEqual(before);
  });

  test('is gone back to by a static member that changes to the classic protocol', () => {
    const stage = new GroupStage();
    stage.join('s1', ['t'], { instanceId: 'i' });
    const classic = stage.joinClassic({ groupInstanceId: 'i', protocols: protocolsFor(['t']) })!;
    expect(classic).toMatchObject({ errorCode: 0, generationId: 2 });
    const group = stage.shard.groups.get(GROUP)!;
    expect([group.kind, group.stateNameAt(), group.memberCount]).toEqual(['classic', 'Stable', 1]);
    expect(stage.runtime.rebuild().groups.get(GROUP)!.kind).toBe('classic');
    const synced = stage.syncClassic({ memberId: classic.memberId, groupInstanceId: 'i', generationId: 2 })!;
    expect(partitionsIn(synced.assignment)).toEqual([0, 1, 2, 3]);
  });
});

describe('members of the classic protocol in a consumer group', () => {
  test('join it, and leave it by LeaveGroup', () => {
    const stage = new GroupStage();
    stage.join('new');
    const { memberId } = stage.joinClassic({ protocols: protocolsFor(['t']) })!;
    expect(stage.joinClassic({ memberId, protocols: protocolsFor(['t']) })).toMatchObject({
      errorCode: 0,
      generationId: 3,
    });
    expect(stage.group!.owners.epochOf(idOf('t'), 0)).toBe(2);
    expect(stage.leaveClassic(memberId).members).toMatchObject([{ memberId, errorCode: 0 }]);
    expect(stage.group!.memberCount).toBe(1);
    expect(stage.leaveClassic('nobody').members).toMatchObject([{ errorCode: ErrorCode.UNKNOWN_MEMBER_ID }]);
  });

  test('are refused when migration is off, or with another protocol type', () => {
    const off = new GroupStage({ 'group.consumer.migration.policy': 'disabled' });
    off.join('new');
    expect(off.joinClassic({ protocols: protocolsFor(['t']) })!.errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    const stage = new GroupStage();
    stage.join('new');
    expect(stage.joinClassic({ protocolType: 'connect', protocols: protocolsFor(['t']) })!.errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
  });

  test('do not hear heartbeats of the other protocol, nor the other way round', () => {
    const stage = new GroupStage();
    stage.join('new');
    expect(stage.heartbeatClassic('new', 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(stage.syncClassic({ memberId: 'new', generationId: 2 })!.errorCode).toBe(
      ErrorCode.UNKNOWN_MEMBER_ID,
    );
  });
});

import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../../engine/machine/index.ts';
import { ErrorCode } from '../../../../../engine/wire/index.ts';
import { assignedIn, GroupStage } from './group-stage.ts';

const STATIC = { instanceId: 'i' };

describe('a static member', () => {
  test('that is away for a while keeps its partitions, and comes back under a new id without a rebalance', () => {
    const stage = new GroupStage();
    stage.join('s1', ['t'], STATIC);
    stage.join('a');
    stage.beat('s1', 2, { t: [0, 1, 2, 3] }, STATIC);
    const owned = assignedIn(stage.beat('s1', 2, { t: [0, 1] }, STATIC)) ?? { t: [0, 1] };
    expect(stage.beat('s1', -2, null, STATIC)).toMatchObject({ errorCode: 0, memberEpoch: -2 });
    const { groupEpoch } = stage.describe();
    // Nobody else is given what it has.
    expect(assignedIn(stage.beat('a', 3))).toEqual({ t: [2, 3] });
    expect(assignedIn(stage.beat('a', 3))).toBeNull();
    const from = stage.runtime.records.length;
    const back = stage.join('s2', ['t'], STATIC);
    expect(back).toMatchObject({ errorCode: 0, memberId: 's2', memberEpoch: 3 });
    expect(assignedIn(back)).toEqual(owned);
    expect(stage.describe().groupEpoch).toBe(groupEpoch);
    expect(stage.recordsSince(from)).toEqual([
      'CurrentMemberAssignment -',
      'TargetAssignmentMember -',
      'MemberMetadata -',
      'MemberMetadata',
      'TargetAssignmentMember',
      'CurrentMemberAssignment',
      'CurrentMemberAssignment',
    ]);
  });

  test('is not replaced while it is there', () => {
    const stage = new GroupStage();
    stage.join('s1', ['t'], STATIC);
    expect(stage.join('s2', ['t'], STATIC).errorCode).toBe(ErrorCode.UNRELEASED_INSTANCE_ID);
    expect(stage.beat('s2', 2, null, STATIC).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(stage.beat('s1', 2, null, { instanceId: 'other' }).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('that has been replaced cannot come back under its old id', () => {
    const stage = new GroupStage();
    stage.join('s1', ['t'], STATIC);
    stage.beat('s1', -2, null, STATIC);
    stage.join('s2', ['t'], STATIC);
    expect(stage.beat('s1', 2, null, STATIC).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(stage.beat('s1', -1, null, STATIC).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(stage.beat('s1', 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('that stays away for longer than its session loses its partitions', () => {
    const stage = new GroupStage();
    stage.join('s1', ['t'], STATIC);
    stage.beat('s1', -2, null, STATIC);
    stage.runtime.advance(44 * SECOND);
    expect(stage.describe().members).toHaveLength(1);
    stage.runtime.advance(2 * SECOND);
    expect(stage.describe()).toMatchObject({ groupState: 'Empty', members: [] });
  });

  test('that leaves for good is gone', () => {
    const stage = new GroupStage();
    stage.join('s1', ['t'], STATIC);
    expect(stage.beat('s1', -1, null, STATIC).errorCode).toBe(0);
    expect(stage.describe().members).toEqual([]);
  });

  test('takes no more room when the group is full', () => {
    const stage = new GroupStage({ 'group.consumer.max.size': 1 });
    stage.join('s1', ['t'], STATIC);
    expect(stage.join('a').errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect(stage.beat('s1', 2, null, STATIC).errorCode).toBe(0);
    stage.beat('s1', -2, null, STATIC);
    expect(stage.join('s2', ['t'], STATIC).errorCode).toBe(0);
  });

  test('has had its partitions from the beginning, for whoever comes back in its place', () => {
    const stage = new GroupStage();
    stage.join('s1', ['t'], STATIC);
    stage.beat('s1', -2, null, STATIC);
    stage.join('s2', ['t'], STATIC);
    const epochs = [...stage.group!.member('s2')!.assigned.values()].flatMap((each) => [...each.values()]);
    expect(epochs).toEqual([0, 0, 0, 0]);
  });
});

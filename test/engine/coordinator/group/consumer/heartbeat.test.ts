import { describe, expect, test } from 'vitest';
import { ErrorCode } from '../../../../../engine/wire/index.ts';
import { assignedIn, GroupStage } from './group-stage.ts';

describe('heartbeats of a consumer group', () => {
  test('the first member gets everything in the first epoch after the group’s own', () => {
    const stage = new GroupStage();
    const joined = stage.join('a');
    expect(joined).toMatchObject({ errorCode: 0, memberId: 'a', memberEpoch: 2, heartbeatIntervalMs: 5000 });
    expect(assignedIn(joined)).toEqual({ t: [0, 1, 2, 3] });
    expect(stage.recordsSince(0)).toEqual([
      'MemberMetadata',
      'Metadata',
      'TargetAssignmentMember',
      'TargetAssignmentMetadata',
      'CurrentMemberAssignment',
    ]);
    expect(stage.describe()).toMatchObject({ groupState: 'Stable', groupEpoch: 2, assignmentEpoch: 2 });
  });

  test('a second member waits until the first has given up what it shall have', () => {
    const stage = new GroupStage();
    stage.join('a');
    const b = stage.join('b');
    expect(b.memberEpoch).toBe(3);
    expect(assignedIn(b)).toEqual({});
    // The first is asked to give two up, and stays in its epoch until it has.
    const asked = stage.beat('a', 2);
    expect(asked.memberEpoch).toBe(2);
    expect(assignedIn(asked)).toEqual({ t: [0, 1] });
    expect(assignedIn(stage.beat('b', 3))).toBeNull();
    expect(stage.beat('a', 2, { t: [0, 1, 2, 3] }).memberEpoch).toBe(2);
    expect(stage.describe().groupState).toBe('Reconciling');
    const moved = stage.beat('a', 2, { t: [0, 1] });
    expect(moved.memberEpoch).toBe(3);
    expect(assignedIn(stage.beat('b', 3))).toEqual({ t: [2, 3] });
    expect(stage.describe().groupState).toBe('Stable');
  });

  test('somebody whom nobody knows is told so', () => {
    const stage = new GroupStage();
    expect(stage.beat('a', 1).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    stage.join('a');
    expect(stage.beat('b', 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

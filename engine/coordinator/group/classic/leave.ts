import type { Outbox, Us } from '../../../machine/index.ts';
import { ErrorCode, type LeaveGroupRequest, type LeaveGroupResponse } from '../../../wire/index.ts';
import type { Decision } from '../../runtime/index.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ClassicGroup } from './classic-group.ts';
import { ClassicGroupState } from './classic-group-state.ts';
import { NOTHING, type Rebalances } from './rebalances.ts';

type Leaving = LeaveGroupRequest['members'][number];

/** What becomes of those who leave, and of the group that they leave (`classicGroupLeaveToClassicGroup`). */
export function leaveGroup(
  rebalances: Rebalances,
  group: ClassicGroup,
  now: Us,
  request: LeaveGroupRequest,
  out: Outbox,
): { readonly body: LeaveGroupResponse; readonly decision: Decision<GroupRecord> } {
  const members = request.members.map((leaving) => ({
    memberId: leaving.memberId,
    groupInstanceId: leaving.groupInstanceId,
    errorCode: leaveOne(rebalances, group, now, leaving, out),
  }));
  const hasSomebodyLeft = members.some(({ errorCode }) => errorCode === ErrorCode.NONE);
  return {
    body: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, members },
    decision: hasSomebodyLeft ? afterLeaving(rebalances, group, now, out) : NOTHING,
  };
}

/** An administrator names a static member by its instance alone. */
function leaveOne(
  rebalances: Rebalances,
  group: ClassicGroup,
  now: Us,
  { groupInstanceId, memberId }: Leaving,
  out: Outbox,
): number {
  if (memberId === '') {
    const known = groupInstanceId === null ? undefined : group.staticMemberId(groupInstanceId);
    const member = group.members.get(known ?? '');
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    rebalances.remove(now, group, member, out);
    return ErrorCode.NONE;
  }
  if (group.pendingJoins.has(memberId)) {
    group.remove(memberId);
    rebalances.expectNoMore(group, memberId);
    return ErrorCode.NONE;
  }
  const rejected = group.rejectMember(memberId, groupInstanceId);
  if (rejected === ErrorCode.NONE) rebalances.remove(now, group, group.members.get(memberId)!, out);
  return rejected;
}

function afterLeaving(
  rebalances: Rebalances,
  group: ClassicGroup,
  now: Us,
  out: Outbox,
): Decision<GroupRecord> {
  switch (group.state) {
    case ClassicGroupState.Stable:
    case ClassicGroupState.CompletingRebalance:
      return rebalances.onMembersChanged(now, group, 'members have left', out);
    case ClassicGroupState.PreparingRebalance:
      return rebalances.completeIfAllJoined(now, group, out);
    default:
      return NOTHING;
  }
}

import { type Outbox, type Us, unreachable } from '../../../machine/index.ts';
import {
  ErrorCode,
  make,
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroupResponse,
} from '../../../wire/index.ts';
import { appendError, type Decision } from '../../runtime/index.ts';
import type { Answer } from '../group-rooms.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicGroupMember } from './classic-group-member.ts';
import { ClassicGroupState } from './classic-group-state.ts';
import { groupMetadataRecord } from './group-metadata.ts';
import { NOTHING, type Rebalances } from './rebalances.ts';

/** Hands out what the leader assigned, once it is replicated (`classicGroupSyncToClassicGroup`). */
export function syncGroup(
  rebalances: Rebalances,
  group: ClassicGroup,
  now: Us,
  request: SyncGroupRequest,
  answer: Answer<SyncGroupResponse>,
  out: Outbox,
): Decision<GroupRecord> {
  const refused = rejectSync(group, request);
  if (refused !== ErrorCode.NONE) {
    answer(now, make(syncGroupResponse, { errorCode: refused }), out);
    return NOTHING;
  }
  const member = group.members.get(request.memberId)!;
  switch (group.state) {
    case ClassicGroupState.PreparingRebalance:
      answer(now, make(syncGroupResponse, { errorCode: ErrorCode.REBALANCE_IN_PROGRESS }), out);
      return NOTHING;
    case ClassicGroupState.CompletingRebalance:
      park(member, answer);
      rebalances.onSynced(group, request.memberId);
      return group.isLeader(request.memberId) ? persist(rebalances, group, request) : NOTHING;
    case ClassicGroupState.Stable: {
      rebalances.onSynced(group, request.memberId);
      const { protocolName, protocolType } = group;
      const { assignment } = member;
      answer(
        now,
        { throttleTimeMs: 0, errorCode: ErrorCode.NONE, protocolType, protocolName, assignment },
        out,
      );
      return NOTHING;
    }
    case ClassicGroupState.Empty:
    case ClassicGroupState.Dead:
      // A group without members has none to sync: it was refused above.
      answer(now, make(syncGroupResponse, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID }), out);
      return NOTHING;
    default:
      return unreachable(group.state);
  }
}

/** An earlier sync of the same member that still waits is answered together with this one. */
function park(member: ClassicGroupMember, answer: Answer<SyncGroupResponse>): void {
  const superseded = member.awaitingSync;
  member.awaitingSync =
    superseded === null
      ? answer
      : (now, body, out) => {
          superseded(now, body, out);
          answer(now, body, out);
        };
}

function persist(
  rebalances: Rebalances,
  group: ClassicGroup,
  { assignments, generationId }: SyncGroupRequest,
): Decision<GroupRecord> {
  const given = new Map<string, Uint8Array>();
  for (const memberId of group.members.keys()) given.set(memberId, new Uint8Array(0));
  for (const { memberId, assignment } of assignments) given.set(memberId, assignment);
  return {
    records: [groupMetadataRecord(group, given)],
    replay: false,
    settle: (now, errorCode, out) => {
      // Somebody may have joined meanwhile: then this generation is over, and its members know.
      const isCurrent =
        group.state === ClassicGroupState.CompletingRebalance && group.generationId === generationId;
      if (!isCurrent) return;
      if (errorCode === ErrorCode.NONE) {
        rebalances.handOut(now, group, given, ErrorCode.NONE, out);
        rebalances.become(group, ClassicGroupState.Stable, 'the leader’s assignment is replicated', out);
        return;
      }
      rebalances.handOut(now, group, null, appendError(errorCode), out);
      // Nobody has rejoined yet, so that this writes nothing.
      rebalances.prepare(now, group, 'the assignment could not be stored', out);
    },
  };
}

function rejectSync(group: ClassicGroup, request: SyncGroupRequest): number {
  if (group.state === ClassicGroupState.Dead) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  const rejected = group.rejectMember(request.memberId, request.groupInstanceId);
  if (rejected !== ErrorCode.NONE) return rejected;
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  const { protocolName, protocolType } = request;
  const isOther =
    (protocolType !== null && group.protocolType !== null && protocolType !== group.protocolType) ||
    (protocolName !== null && group.protocolName !== null && protocolName !== group.protocolName);
  return isOther ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL : ErrorCode.NONE;
}

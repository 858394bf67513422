import { type Outbox, type Random, type Us, unreachable } from '../../../machine/index.ts';
import {
  ErrorCode,
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupResponse,
  make,
} from '../../../wire/index.ts';
import { appendError, type Decision } from '../../runtime/index.ts';
import type { GroupConfig } from '../group-config.ts';
import type { Answer, Caller } from '../group-rooms.ts';
import type { GroupRecord } from '../records/index.ts';
import type { ClassicGroup } from './classic-group.ts';
import { ClassicGroupMember } from './classic-group-member.ts';
import { ClassicGroupState } from './classic-group-state.ts';
import { groupMetadataRecord } from './group-metadata.ts';
import { joinedResponse, NOTHING, type Rebalances } from './rebalances.ts';

/** From here on a member is first told its id, and comes back with it (KIP-394). */
const KNOWN_MEMBER_ID_VERSION = 4;
/** From here on the protocol's name may be null. */
const NULL_PROTOCOL_VERSION = 7;
/** From here on a leader may be told not to assign (KIP-814). */
const SKIP_ASSIGNMENT_VERSION = 9;

/** One JoinGroup to a classic group. */
export interface Joining {
  readonly now: Us;
  readonly group: ClassicGroup;
  readonly request: JoinGroupRequest;
  readonly caller: Caller;
  readonly answer: Answer<JoinGroupResponse>;
  readonly out: Outbox;
}

/** Takes members in (`classicGroupJoinToClassicGroup`). */
export class Joins {
  readonly #rebalances: Rebalances;
  readonly #config: GroupConfig;
  readonly #random: Random;

  constructor(rebalances: Rebalances, config: GroupConfig, random: Random) {
    this.#rebalances = rebalances;
    this.#config = config;
    this.#random = random;
  }

  join(joining: Joining): Decision<GroupRecord> {
    const { group, request } = joining;
    if (!this.#hasRoom(group, request.memberId)) {
      group.remove(request.memberId);
      return refuse(joining, '', ErrorCode.GROUP_MAX_SIZE_REACHED);
    }
    const { memberId } = request;
    if (group.state === ClassicGroupState.Dead) {
      return refuse(joining, memberId, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }
    if (!group.supports(request.protocolType, request.protocols)) {
      return refuse(joining, memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    return memberId === '' ? this.#joinNew(joining) : this.#joinAgain(joining);
  }

  /** Somebody who waits already is welcome to wait on; what counts else is who waits, or who is in. */
  #hasRoom(group: ClassicGroup, memberId: string): boolean {
    const max = this.#config['group.max.size'];
    switch (group.state) {
      case ClassicGroupState.Empty:
      case ClassicGroupState.Dead:
        return true;
      case ClassicGroupState.PreparingRebalance: {
        const isWaiting = (group.members.get(memberId)?.awaitingJoin ?? null) !== null;
        return isWaiting || group.awaitingJoinCount < max;
      }
      case ClassicGroupState.CompletingRebalance:
      case ClassicGroupState.Stable:
        return group.members.has(memberId) || group.members.size < max;
      default:
        return unreachable(group.state);
    }
  }

  #joinNew(joining: Joining): Decision<GroupRecord> {
    const { caller, group, now, out, request } = joining;
    const instanceId = request.groupInstanceId;
    const memberId = `${instanceId ?? caller.clientId}-${randomName(this.#random)}`;
    if (instanceId !== null) {
      const replaced = group.members.get(group.staticMemberId(instanceId) ?? '');
      return replaced === undefined
        ? this.#add(joining, memberId)
        : this.#replace(joining, replaced, memberId);
    }
    if (caller.apiVersion < KNOWN_MEMBER_ID_VERSION) return this.#add(joining, memberId);
    group.pendingJoins.add(memberId);
    this.#rebalances.expect(now, group, memberId, request.sessionTimeoutMs, out);
    return refuse(joining, memberId, ErrorCode.MEMBER_ID_REQUIRED);
  }

  #joinAgain(joining: Joining): Decision<GroupRecord> {
    const { answer, group, now, out, request } = joining;
    const { groupInstanceId, memberId } = request;
    if (group.pendingJoins.has(memberId)) return this.#add(joining, memberId);
    const rejected = group.rejectMember(memberId, groupInstanceId);
    if (rejected !== ErrorCode.NONE) return refuse(joining, memberId, rejected);
    const member = group.members.get(memberId)!;
    switch (group.state) {
      case ClassicGroupState.PreparingRebalance:
        return this.#update(joining, member, `${memberId} has joined again`);
      case ClassicGroupState.CompletingRebalance:
      case ClassicGroupState.Stable: {
        const isLeaderAgain = group.state === ClassicGroupState.Stable && group.isLeader(memberId);
        // A leader joins again when what it assigns has changed, such as the topics.
        if (isLeaderAgain) return this.#update(joining, member, `leader ${memberId} has joined again`);
        if (!member.matches(request.protocols))
          return this.#update(joining, member, `${memberId} has changed`);
        // It has not got the answer to the first: everything stands.
        answer(now, joinedResponse(group, memberId), out);
        return NOTHING;
      }
      case ClassicGroupState.Empty:
      case ClassicGroupState.Dead:
        return refuse(joining, memberId, ErrorCode.UNKNOWN_MEMBER_ID);
      default:
        return unreachable(group.state);
    }
  }

  #add(joining: Joining, memberId: string): Decision<GroupRecord> {
    const { answer, caller, group, now, out, request } = joining;
    const member = new ClassicGroupMember(
      {
        memberId,
        instanceId: request.groupInstanceId,
        clientId: caller.clientId,
        clientHost: caller.clientHost,
        protocolType: request.protocolType,
      },
      request.protocols,
      rebalanceTimeoutOf(request),
      request.sessionTimeoutMs,
    );
    member.isNew = true;
    const isFirstRebalance =
      group.state === ClassicGroupState.PreparingRebalance && group.previousState === ClassicGroupState.Empty;
    if (isFirstRebalance) group.hasNewMembers = true;
    group.add(member);
    member.awaitingJoin = answer;
    this.#rebalances.expectNew(now, group, memberId, out);
    return this.#rebalances.onMembersChanged(now, group, `${memberId} has joined`, out);
  }

  #update(joining: Joining, member: ClassicGroupMember, reason: string): Decision<GroupRecord> {
    const { group, now, out } = joining;
    adopt(joining, member);
    return this.#rebalances.onMembersChanged(now, group, reason, out);
  }

  /** A static member is back under a new id (KIP-345): who still uses the old one is fenced. */
  #replace(joining: Joining, replaced: ClassicGroupMember, memberId: string): Decision<GroupRecord> {
    const { group, now, out, request } = joining;
    out.probe('classic group: static member replaced');
    fence(joining, replaced);
    const member = new ClassicGroupMember(
      { ...identityOf(replaced), memberId },
      replaced.protocols,
      replaced.rebalanceTimeoutMs,
      replaced.sessionTimeoutMs,
    );
    member.assignment = replaced.assignment;
    // An old client that led must not find itself leading, or it would assign again.
    const leader = group.leaderId;
    group.replaceStatic(replaced, member);
    this.#rebalances.keepAlive(now, group, member, out);
    adopt(joining, member);
    const reason = `static member ${request.groupInstanceId} is back as ${memberId}`;
    switch (group.state) {
      case ClassicGroupState.Stable:
        if (group.selectProtocol() !== group.protocolName)
          return this.#rebalances.onMembersChanged(now, group, reason, out);
        return this.#persistReplaced(joining, replaced, member, leader);
      // The leader may be assigning to the old id at this moment.
      case ClassicGroupState.CompletingRebalance:
        return this.#rebalances.prepare(now, group, reason, out);
      default:
        return this.#rebalances.completeIfAllJoined(now, group, out);
    }
  }

  /** Without a rebalance; KAFKA-10284: a failover must find the new id. */
  #persistReplaced(
    joining: Joining,
    replaced: ClassicGroupMember,
    member: ClassicGroupMember,
    leaderId: string | null,
  ): Decision<GroupRecord> {
    const { caller, group } = joining;
    const { memberId } = member;
    return {
      records: [groupMetadataRecord(group, null)],
      replay: false,
      settle: (now, errorCode, out) => {
        if (errorCode !== ErrorCode.NONE) {
          this.#takeBack(group, replaced, member, now, errorCode, out);
          return;
        }
        const isLeader = group.isLeader(memberId);
        const canSkip = caller.apiVersion >= SKIP_ASSIGNMENT_VERSION;
        const body = joinedResponse(group, memberId, canSkip && isLeader);
        // A client that cannot skip must not assign again: it is not told that it leads.
        const told = canSkip ? body : { ...body, leader: leaderId ?? '', members: [] };
        group.answerJoin(member, now, told, out);
      },
    };
  }

  #takeBack(
    group: ClassicGroup,
    replaced: ClassicGroupMember,
    member: ClassicGroupMember,
    now: Us,
    errorCode: number,
    out: Outbox,
  ): void {
    const answer = member.awaitingJoin;
    // Answered meanwhile: it is in a later generation under its new id, or gone.
    if (answer === null) return;
    member.awaitingJoin = null;
    if (group.members.get(member.memberId) === member) {
      group.replaceStatic(member, replaced);
      this.#rebalances.expectNoMore(group, member.memberId);
      this.#rebalances.keepAlive(now, group, replaced, out);
    }
    answer(now, make(joinGroupResponse, { errorCode: appendError(errorCode), protocolName: '' }), out);
  }
}

/** Versions before 1 have no time-out for rebalances of their own. */
function rebalanceTimeoutOf({ rebalanceTimeoutMs, sessionTimeoutMs }: JoinGroupRequest): number {
  return rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs;
}

/** What the member says now counts; an earlier join of its own that still waits is answered by this one. */
function adopt({ answer, request }: Joining, member: ClassicGroupMember): void {
  member.protocols = request.protocols;
  member.rebalanceTimeoutMs = rebalanceTimeoutOf(request);
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  const superseded = member.awaitingJoin;
  member.awaitingJoin =
    superseded === null
      ? answer
      : (now, body, out) => {
          superseded(now, body, out);
          answer(now, body, out);
        };
}

function fence({ group, now, out }: Joining, replaced: ClassicGroupMember): void {
  const errorCode = ErrorCode.FENCED_INSTANCE_ID;
  const joined = make(joinGroupResponse, { errorCode, memberId: replaced.memberId, protocolName: '' });
  group.answerJoin(replaced, now, joined, out);
  const synced = {
    throttleTimeMs: 0,
    errorCode,
    protocolType: null,
    protocolName: null,
    assignment: new Uint8Array(0),
  };
  group.answerSync(replaced, now, synced, out);
}

function identityOf({ clientHost, clientId, instanceId, memberId, protocolType }: ClassicGroupMember) {
  return { clientHost, clientId, instanceId, memberId, protocolType };
}

function refuse(
  { answer, caller, now, out }: Joining,
  memberId: string,
  errorCode: number,
): Decision<GroupRecord> {
  const protocolName = caller.apiVersion >= NULL_PROTOCOL_VERSION ? null : '';
  answer(now, make(joinGroupResponse, { errorCode, memberId, protocolName }), out);
  return NOTHING;
}

/** As `java.util.UUID` prints a random one. */
function randomName(random: Random): string {
  const words = [random.u32(), random.u32(), random.u32(), random.u32()];
  const digits = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  const version = `4${digits.slice(13, 16)}`;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${version}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
}

import { assert, type Outbox, type Us } from '../../../machine/index.ts';
import type { TimelineMap } from '../../../timeline/index.ts';
import {
  type DescribeGroupsResponse,
  ErrorCode,
  type HeartbeatRequest,
  type HeartbeatResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupResponse,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
  make,
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroupResponse,
} from '../../../wire/index.ts';
import { coordinatorError, type Decision, type ShardContext } from '../../runtime/index.ts';
import type { CommitClaim, Group } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type { Answer, Caller, ClassicRoom, GroupDecision } from '../group-rooms.ts';
import type { GroupRecord } from '../records/index.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicGroupState } from './classic-group-state.ts';
import { describeGroup } from './describe.ts';
import { emptyGroupRecord, groupOfRecord, writeErrorToMember } from './group-metadata.ts';
import { Joins } from './join.ts';
import { leaveGroup } from './leave.ts';
import { NOTHING, Rebalances } from './rebalances.ts';
import { syncGroup } from './sync.ts';

/** The classic groups of a shard. A member of a consumer group that speaks the classic protocol is not its business. */
export class ClassicGroups implements ClassicRoom {
  readonly #context: ShardContext<GroupRecord>;
  readonly #groups: TimelineMap<string, Group>;
  readonly #config: GroupConfig;
  readonly #rebalances: Rebalances;
  readonly #joins: Joins;

  constructor(context: ShardContext<GroupRecord>, groups: TimelineMap<string, Group>, config: GroupConfig) {
    this.#context = context;
    this.#groups = groups;
    this.#config = config;
    this.#rebalances = new Rebalances(context, groups, config);
    this.#joins = new Joins(this.#rebalances, config, context.random);
  }

  join(
    now: Us,
    request: JoinGroupRequest,
    caller: Caller,
    answer: Answer<JoinGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    const { groupId, memberId } = request;
    const known = this.#groups.get(groupId);
    const existing = this.#find(groupId);
    const records: GroupRecord[] = [];
    if (known !== undefined && existing === null && !known.isEmpty)
      return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    if (existing === null && memberId !== '') return ErrorCode.UNKNOWN_MEMBER_ID;
    if (known !== undefined && existing === null) {
      // An empty consumer group makes room for a classic one.
      known.addTombstones(records);
      known.cancelTimers();
      this.#groups.delete(groupId);
    }
    const group = existing ?? this.#make(groupId);
    let isAnswered = false;
    const once: Answer<JoinGroupResponse> = (at, body, to) => {
      if (isAnswered) return;
      isAnswered = true;
      answer(at, body, to);
    };
    const decision = this.#joins.join({ now, group, request, caller, answer: once, out });
    if (existing !== null || decision !== NOTHING) return decision;
    // Nothing to write, but the map of groups has changed: a record makes it last.
    return {
      records: [...records, emptyGroupRecord(group)],
      replay: false,
      settle: (at, errorCode, to) => {
        if (errorCode === ErrorCode.NONE) return;
        const code = writeErrorToMember(errorCode);
        once(at, make(joinGroupResponse, { errorCode: code, protocolName: '' }), to);
      },
    };
  }

  sync(
    now: Us,
    request: SyncGroupRequest,
    _caller: Caller,
    answer: Answer<SyncGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    const group = this.#find(request.groupId);
    if (group === null) return ErrorCode.UNKNOWN_MEMBER_ID;
    return syncGroup(this.#rebalances, group, now, request, answer, out);
  }

  heartbeat(
    now: Us,
    request: HeartbeatRequest,
    _caller: Caller,
    answer: Answer<HeartbeatResponse>,
    out: Outbox,
  ): GroupDecision {
    const group = this.#find(request.groupId);
    if (group === null) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (group.state === ClassicGroupState.Dead) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    const rejected = group.rejectMember(request.memberId, request.groupInstanceId);
    if (rejected !== ErrorCode.NONE) return rejected;
    if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
    this.#rebalances.keepAlive(now, group, group.members.get(request.memberId)!, out);
    const isJoining = group.state === ClassicGroupState.PreparingRebalance;
    const code = isJoining ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    return afterWrites((at, failure, to) => {
      answer(at, { throttleTimeMs: 0, errorCode: failure === ErrorCode.NONE ? code : failure }, to);
    });
  }

  leave(
    now: Us,
    request: LeaveGroupRequest,
    _caller: Caller,
    answer: Answer<LeaveGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    const group = this.#find(request.groupId);
    if (group === null) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (group.state === ClassicGroupState.Dead) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    const { body, decision } = leaveGroup(this.#rebalances, group, now, request, out);
    return {
      ...decision,
      settle: (at, errorCode, to) => {
        decision.settle(at, errorCode, to);
        const isFine = errorCode === ErrorCode.NONE;
        answer(at, isFine ? body : { ...body, errorCode: coordinatorError(errorCode), members: [] }, to);
      },
    };
  }

  describe(groupId: string, apiVersion: number, atOffset: number): DescribeGroupsResponse['groups'][number] {
    const group = this.#groups.get(groupId, atOffset);
    return describeGroup(groupId, group instanceof ClassicGroup ? group : null, apiVersion);
  }

  rejectCommit(now: Us, group: Group, claim: CommitClaim, out: Outbox): number {
    assert(group instanceof ClassicGroup, 'a classic group');
    const rejected = rejectClaim(group, claim);
    if (rejected !== ErrorCode.NONE || claim.isTransactional) return rejected;
    const { PreparingRebalance, Stable } = ClassicGroupState;
    const member = group.members.get(claim.memberId);
    const isLive = group.state === Stable || group.state === PreparingRebalance;
    if (isLive && member !== undefined && claim.generationIdOrMemberEpoch >= 0)
      this.#rebalances.keepAlive(now, group, member, out);
    return ErrorCode.NONE;
  }

  makeSimpleGroup(groupId: string): ClassicGroup {
    return this.#make(groupId);
  }

  replay({ key, value }: GroupRecord & { readonly type: 'GroupMetadata' }): void {
    if (value === null) this.#groups.delete(key.group);
    else this.#groups.set(key.group, groupOfRecord(key.group, value, this.#dropTimers));
  }

  /** Members are given a whole session to be heard of again. */
  onLoaded(now: Us, out: Outbox): void {
    for (const group of this.#groups.values()) {
      if (!(group instanceof ClassicGroup)) continue;
      for (const member of group.members.values()) this.#rebalances.keepAlive(now, group, member, out);
      if (group.memberCount > this.#config['group.max.size'])
        this.#rebalances.prepare(now, group, 'a group that is loaded has too many members', out);
    }
  }

  onUnloaded(now: Us, out: Outbox): void {
    for (const group of this.#groups.values()) {
      if (!(group instanceof ClassicGroup)) continue;
      this.#rebalances.become(group, ClassicGroupState.Dead, 'the coordinator has gone elsewhere', out);
      const errorCode = ErrorCode.NOT_COORDINATOR;
      for (const member of group.members.values()) {
        const { memberId } = member;
        group.answerJoin(
          member,
          now,
          make(joinGroupResponse, { errorCode, memberId, protocolName: '' }),
          out,
        );
        group.answerSync(member, now, make(syncGroupResponse, { errorCode }), out);
      }
    }
  }

  readonly #dropTimers = (group: ClassicGroup): void => this.#rebalances.cancelTimers(group);

  #find(groupId: string): ClassicGroup | null {
    const group = this.#groups.get(groupId);
    return group instanceof ClassicGroup ? group : null;
  }

  #make(groupId: string): ClassicGroup {
    const group = new ClassicGroup({
      groupId,
      state: ClassicGroupState.Empty,
      generationId: 0,
      protocolType: null,
      protocolName: null,
      leaderId: null,
      stateSinceMs: this.#context.wall.nowMs(),
      cancelTimers: this.#dropTimers,
    });
    this.#groups.set(groupId, group);
    return group;
  }
}

/** Answers when everything that was decided before is replicated. */
function afterWrites(settle: Decision<GroupRecord>['settle']): Decision<GroupRecord> {
  return {
    records: [],
    settle: (now, errorCode, out) =>
      settle(now, errorCode === ErrorCode.NONE ? errorCode : coordinatorError(errorCode), out),
  };
}

/** `ClassicGroup.validateOffsetCommit`. */
function rejectClaim(group: ClassicGroup, claim: CommitClaim): number {
  if (group.state === ClassicGroupState.Dead) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  const { generationIdOrMemberEpoch: generationId, instanceId, isTransactional, memberId } = claim;
  // Who does not take part in the group: an administrator, or a consumer that assigns itself its partitions.
  if (generationId < 0 && group.isEmpty) return ErrorCode.NONE;
  if (generationId >= 0 || memberId !== '' || instanceId !== null) {
    const rejected = group.rejectMember(memberId, instanceId);
    if (rejected !== ErrorCode.NONE) return rejected;
    if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  } else if (!isTransactional && !group.isEmpty) {
    return ErrorCode.UNKNOWN_MEMBER_ID;
  }
  const isCompleting = group.state === ClassicGroupState.CompletingRebalance;
  return isCompleting && !isTransactional ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

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
import { appendError, coordinatorError, type Decision, type ShardContext } from '../../runtime/index.ts';
import type { CommitClaim, Group } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type { Answer, Caller, ClassicRoom, GroupDecision } from '../group-rooms.ts';
import type { GroupRecord } from '../records/index.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicGroupState } from './classic-group-state.ts';
import { type GroupSeed, groupOfSeed, seedOf } from './classic-seed.ts';
import type { ConsumerSide } from './consumer-side.ts';
import { describeGroup } from './describe.ts';
import { emptyGroupRecord, groupMetadataRecord, groupOfRecord } from './group-metadata.ts';
import { Joins } from './join.ts';
import { leaveGroup } from './leave.ts';
import { NOTHING, Rebalances } from './rebalances.ts';
import { syncGroup } from './sync.ts';

/** The classic groups of a shard. Members of consumer groups that speak the classic protocol are the other side's. */
export class ClassicGroups implements ClassicRoom {
  readonly #context: ShardContext<GroupRecord>;
  readonly #groups: TimelineMap<string, Group>;
  readonly #config: GroupConfig;
  readonly #rebalances: Rebalances;
  readonly #joins: Joins;
  #consumers: ConsumerSide | null = null;

  constructor(context: ShardContext<GroupRecord>, groups: TimelineMap<string, Group>, config: GroupConfig) {
    this.#context = context;
    this.#groups = groups;
    this.#config = config;
    this.#rebalances = new Rebalances(context, groups, config);
    this.#joins = new Joins(this.#rebalances, config, context.random);
  }

  /** Who serves members of consumer groups that speak the classic protocol. Without it they are refused. */
  connect(consumers: ConsumerSide): void {
    this.#consumers = consumers;
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
    if (known !== undefined && existing === null && !known.isEmpty) {
      const ask = { group: known, request, caller, answer };
      return this.#consumers?.joinClassic(now, ask, out) ?? ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }
    if (existing === null && memberId !== '') return ErrorCode.UNKNOWN_MEMBER_ID;
    if (known !== undefined && existing === null) {
      // An empty consumer group makes room for a classic one.
      known.addTombstones(records);
      known.cancelTimers();
      this.#groups.delete(groupId);
    }
    const group = existing ?? this.#make(groupId);
    const decision = this.#joins.join({ now, group, request, caller, answer, out });
    if (existing !== null || decision !== NOTHING) return decision;
    // Nothing to write, but the map of groups has changed: a record makes it last.
    return {
      records: [...records, emptyGroupRecord(group)],
      replay: false,
      settle: (at, errorCode, to) => {
        if (errorCode !== ErrorCode.NONE) abandon(at, group, answer, appendError(errorCode), to);
      },
    };
  }

  sync(
    now: Us,
    request: SyncGroupRequest,
    caller: Caller,
    answer: Answer<SyncGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    const known = this.#groups.get(request.groupId);
    if (known === undefined || known.isEmpty) return ErrorCode.UNKNOWN_MEMBER_ID;
    const group = this.#find(request.groupId);
    if (group === null) {
      const ask = { group: known, request, caller, answer };
      return this.#consumers?.syncClassic(now, ask, out) ?? ErrorCode.UNKNOWN_MEMBER_ID;
    }
    return syncGroup(this.#rebalances, group, now, request, answer, out);
  }

  heartbeat(
    now: Us,
    request: HeartbeatRequest,
    caller: Caller,
    answer: Answer<HeartbeatResponse>,
    out: Outbox,
  ): GroupDecision {
    const known = this.#groups.get(request.groupId);
    if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    const group = this.#find(request.groupId);
    if (group === null) {
      const ask = { group: known, request, caller, answer };
      return this.#consumers?.heartbeatClassic(now, ask, out) ?? ErrorCode.UNKNOWN_MEMBER_ID;
    }
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
    caller: Caller,
    answer: Answer<LeaveGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    const known = this.#groups.get(request.groupId);
    if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    const group = this.#find(request.groupId);
    if (group === null) {
      const ask = { group: known, request, caller, answer };
      return this.#consumers?.leaveClassic(now, ask, out) ?? ErrorCode.UNKNOWN_MEMBER_ID;
    }
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
    else this.#groups.set(key.group, groupOfRecord(key.group, value));
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
      answerAll(now, group, ErrorCode.NOT_COORDINATOR, out);
    }
  }

  /** What a consumer group has to know of a classic one whose place it takes; null: it is not of consumers. */
  seedOf(group: Group): GroupSeed | null {
    return group instanceof ClassicGroup ? seedOf(group) : null;
  }

  /** The group becomes a consumer group: who waits comes back to that one. */
  turnAway(now: Us, group: Group, out: Outbox): void {
    if (group instanceof ClassicGroup) answerAll(now, group, ErrorCode.REBALANCE_IN_PROGRESS, out);
  }

  /** Puts a stable classic group in the place of a consumer group. Its record is added, and not to be replayed. */
  adopt(now: Us, seed: GroupSeed, needsRebalance: boolean, records: GroupRecord[], out: Outbox): void {
    const group = groupOfSeed(seed, this.#context.wall.nowMs());
    this.#groups.set(seed.groupId, group);
    records.push(groupMetadataRecord(group, null));
    for (const member of group.members.values()) this.#rebalances.keepAlive(now, group, member, out);
    // Nobody has rejoined yet, so that this writes nothing.
    if (needsRebalance) this.#rebalances.prepare(now, group, 'it was a consumer group', out);
  }

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
    });
    this.#groups.set(groupId, group);
    return group;
  }
}

/** The write that made a group failed. If it may have been written all the same, nobody waits there in vain. */
function abandon(
  now: Us,
  group: ClassicGroup,
  asked: Answer<JoinGroupResponse>,
  errorCode: number,
  out: Outbox,
): void {
  const body = make(joinGroupResponse, { errorCode, protocolName: '' });
  // Whoever does not wait was answered, say with the id to come back with.
  for (const member of group.members.values()) {
    if (member.awaitingJoin === asked) group.answerJoin(member, now, body, out);
  }
}

/** Everybody who waits hears the same. */
function answerAll(now: Us, group: ClassicGroup, errorCode: number, out: Outbox): void {
  for (const member of group.members.values()) {
    const { memberId } = member;
    group.answerJoin(member, now, make(joinGroupResponse, { errorCode, memberId, protocolName: '' }), out);
    group.answerSync(member, now, make(syncGroupResponse, { errorCode }), out);
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

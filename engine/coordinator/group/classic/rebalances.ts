import { MS, type Outbox, type Us } from '../../../machine/index.ts';
import type { TimelineMap } from '../../../timeline/index.ts';
import {
  ErrorCode,
  type JoinGroupResponse,
  joinGroupResponse,
  make,
  type SyncGroupResponse,
  syncGroupResponse,
} from '../../../wire/index.ts';
import type { Decision, ShardContext } from '../../runtime/index.ts';
import type { Group } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type { GroupRecord } from '../records/index.ts';
import { ClassicGroup } from './classic-group.ts';
import { type ClassicGroupMember, NO_ASSIGNMENT } from './classic-group-member.ts';
import { ClassicGroupState } from './classic-group-state.ts';
import { groupMetadataRecord } from './group-metadata.ts';

/** How long a new member may wait for its first generation (`CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS`). */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

/** Nothing to write. */
export const NOTHING: Decision<GroupRecord> = { records: [], settle: () => {} };

/** A member's session, a group's join phase, a group's sync phase. */
function sessionKey(groupId: string, memberId: string): string {
  return `heartbeat-${groupId}-${memberId}`;
}

function joinKey(groupId: string): string {
  return `join-${groupId}`;
}

function syncKey(groupId: string): string {
  return `sync-${groupId}`;
}

/** When classic groups rebalance, who is waited for and for how long, and who is put out. */
export class Rebalances {
  readonly #context: ShardContext<GroupRecord>;
  readonly #groups: TimelineMap<string, Group>;
  readonly #config: GroupConfig;

  constructor(context: ShardContext<GroupRecord>, groups: TimelineMap<string, Group>, config: GroupConfig) {
    this.#context = context;
    this.#groups = groups;
    this.#config = config;
  }

  /** Members changed: begins a rebalance, or goes on with the one under way (`maybePrepareRebalanceOrCompleteJoin`). */
  onMembersChanged(now: Us, group: ClassicGroup, reason: string, out: Outbox): Decision<GroupRecord> {
    return group.canRebalance
      ? this.prepare(now, group, reason, out)
      : this.completeIfAllJoined(now, group, out);
  }

  prepare(now: Us, group: ClassicGroup, reason: string, out: Outbox): Decision<GroupRecord> {
    if (group.state === ClassicGroupState.CompletingRebalance) {
      this.handOut(now, group, null, ErrorCode.REBALANCE_IN_PROGRESS, out);
    }
    group.pendingSyncs.clear();
    this.#context.timers.cancel(syncKey(group.groupId));
    const isFirst = group.isEmpty;
    if (isFirst) {
      const delayMs = this.#config['group.initial.rebalance.delay.ms'];
      this.#delayFirst(now, group, delayMs, Math.max(0, group.rebalanceTimeoutMs - delayMs), out);
    }
    this.become(group, ClassicGroupState.PreparingRebalance, reason, out);
    if (isFirst) return NOTHING;
    if (group.haveAllJoined) return this.#completeJoin(now, group, out);
    this.#armJoin(now, group, out);
    return NOTHING;
  }

  /** The last one that a rebalance waited for may have come, or gone (`maybeCompleteJoinPhase`). */
  completeIfAllJoined(now: Us, group: ClassicGroup, out: Outbox): Decision<GroupRecord> {
    if (group.state !== ClassicGroupState.PreparingRebalance) return NOTHING;
    // The first rebalance waits for its delay, whoever is there.
    if (group.previousState === ClassicGroupState.Empty || !group.haveAllJoined) return NOTHING;
    return this.#completeJoin(now, group, out);
  }

  /** Gives every member of this generation its assignment, or an error, and answers who waits for it. */
  handOut(
    now: Us,
    group: ClassicGroup,
    assignments: ReadonlyMap<string, Uint8Array> | null,
    errorCode: number,
    out: Outbox,
  ): void {
    const isFine = errorCode === ErrorCode.NONE;
    for (const member of group.members.values()) {
      member.assignment = assignments?.get(member.memberId) ?? NO_ASSIGNMENT;
      const body = {
        throttleTimeMs: 0,
        errorCode,
        protocolType: isFine ? group.protocolType : null,
        protocolName: isFine ? group.protocolName : null,
        assignment: member.assignment,
      };
      // Its session may have gone by unnoticed while it waited.
      if (group.answerSync(member, now, body, out)) this.keepAlive(now, group, member, out);
    }
  }

  keepAlive(now: Us, group: ClassicGroup, member: ClassicGroupMember, out: Outbox): void {
    this.expect(now, group, member.memberId, member.sessionTimeoutMs, out);
  }

  /** A new member has to be taken into a generation within this time. */
  expectNew(now: Us, group: ClassicGroup, memberId: string, out: Outbox): void {
    this.expect(now, group, memberId, NEW_MEMBER_JOIN_TIMEOUT_MS, out);
  }

  expect(now: Us, { groupId }: ClassicGroup, memberId: string, timeoutMs: number, out: Outbox): void {
    const decide = (at: Us, to: Outbox): Decision<GroupRecord> => this.#onSilence(at, groupId, memberId, to);
    this.#context.timers.schedule(now, sessionKey(groupId, memberId), timeoutMs * MS, decide, out);
  }

  expectNoMore({ groupId }: ClassicGroup, memberId: string): void {
    this.#context.timers.cancel(sessionKey(groupId, memberId));
  }

  /** The leader has assigned, or everybody has fetched what it got. */
  onSynced(group: ClassicGroup, memberId: string): void {
    group.pendingSyncs.delete(memberId);
    if (group.pendingSyncs.size === 0) this.#context.timers.cancel(syncKey(group.groupId));
  }

  /** Takes a member out; what it waited for is answered first, so that it tries again if it lives. */
  remove(now: Us, group: ClassicGroup, member: ClassicGroupMember, out: Outbox): void {
    this.expectNoMore(group, member.memberId);
    group.answerJoin(member, now, UNKNOWN_MEMBER, out);
    group.answerSync(member, now, UNKNOWN_MEMBER_SYNC, out);
    group.remove(member.memberId);
  }

  become(group: ClassicGroup, state: ClassicGroupState, reason: string, out: Outbox): void {
    group.become(state, this.#context.wall.nowMs());
    tellState(group, reason, out);
  }

  #find(groupId: string): ClassicGroup | null {
    const group = this.#groups.get(groupId);
    return group instanceof ClassicGroup ? group : null;
  }

  #armJoin(now: Us, { groupId, rebalanceTimeoutMs }: ClassicGroup, out: Outbox): void {
    const decide = (at: Us, to: Outbox): Decision<GroupRecord> => this.#onJoinTimeout(at, groupId, to);
    this.#context.timers.schedule(now, joinKey(groupId), rebalanceTimeoutMs * MS, decide, out);
  }

  /** The first rebalance of a group waits for others to come, and longer while they do. */
  #delayFirst(now: Us, { groupId }: ClassicGroup, delayMs: number, remainingMs: number, out: Outbox): void {
    const decide = (at: Us, to: Outbox): Decision<GroupRecord> => {
      const group = this.#find(groupId);
      if (group?.state !== ClassicGroupState.PreparingRebalance) return NOTHING;
      if (!group.hasNewMembers || remainingMs === 0) return this.#completeJoin(at, group, to);
      group.hasNewMembers = false;
      const nextMs = Math.min(this.#config['group.initial.rebalance.delay.ms'], remainingMs);
      this.#delayFirst(at, group, nextMs, Math.max(0, remainingMs - delayMs), to);
      return NOTHING;
    };
    this.#context.timers.schedule(now, joinKey(groupId), delayMs * MS, decide, out);
  }

  #onJoinTimeout(now: Us, groupId: string, out: Outbox): Decision<GroupRecord> {
    const group = this.#find(groupId);
    // Meanwhile it may have been a consumer group, and be back as it was assigned there.
    const isDue = group?.state === ClassicGroupState.PreparingRebalance;
    return isDue ? this.#completeJoin(now, group, out) : NOTHING;
  }

  /** Dynamic members that have not come are out; a static one keeps its place until its session ends. */
  #completeJoin(now: Us, group: ClassicGroup, out: Outbox): Decision<GroupRecord> {
    this.#context.timers.cancel(joinKey(group.groupId));
    for (const member of [...group.members.values()]) {
      if (member.awaitingJoin !== null || member.instanceId !== null) continue;
      out.probe('classic group: member did not rejoin in time');
      this.expectNoMore(group, member.memberId);
      group.remove(member.memberId);
    }
    if (group.state === ClassicGroupState.Dead) return NOTHING;
    if (!group.electJoinedLeader() && group.members.size > 0) {
      this.#armJoin(now, group, out);
      return NOTHING;
    }
    group.beginGeneration(this.#context.wall.nowMs());
    tellState(group, 'the join phase is over', out);
    if (group.isEmpty) {
      // If this is not written, the generation before comes back after a failover, and times out.
      return { records: [groupMetadataRecord(group, null)], settle: () => {}, replay: false };
    }
    for (const member of group.members.values()) {
      group.answerJoin(member, now, joinedResponse(group, member.memberId), out);
      this.keepAlive(now, group, member, out);
      member.isNew = false;
      group.pendingSyncs.add(member.memberId);
    }
    this.#armSync(now, group, out);
    return NOTHING;
  }

  #armSync(now: Us, { generationId, groupId, rebalanceTimeoutMs }: ClassicGroup, out: Outbox): void {
    const decide = (at: Us, to: Outbox): Decision<GroupRecord> => {
      const group = this.#find(groupId);
      if (group === null || group.generationId !== generationId) return NOTHING;
      const { CompletingRebalance, Stable } = ClassicGroupState;
      if (group.state !== CompletingRebalance && group.state !== Stable) return NOTHING;
      return this.#onSyncTimeout(at, group, to);
    };
    this.#context.timers.schedule(now, syncKey(groupId), rebalanceTimeoutMs * MS, decide, out);
  }

  /** KAFKA-12890: who joined and never synced would hold the group up for ever. */
  #onSyncTimeout(now: Us, group: ClassicGroup, out: Outbox): Decision<GroupRecord> {
    if (group.pendingSyncs.size === 0) return NOTHING;
    for (const memberId of [...group.pendingSyncs]) {
      out.probe('classic group: member did not sync in time');
      group.remove(memberId);
      this.expectNoMore(group, memberId);
    }
    return this.prepare(now, group, 'members did not sync in time', out);
  }

  #onSilence(now: Us, groupId: string, memberId: string, out: Outbox): Decision<GroupRecord> {
    const group = this.#find(groupId);
    if (group === null || group.state === ClassicGroupState.Dead) return NOTHING;
    if (group.pendingJoins.has(memberId)) {
      group.remove(memberId);
      return this.#afterRemoval(now, group, out);
    }
    const member = group.members.get(memberId);
    if (member === undefined || member.hasSatisfiedHeartbeat) return NOTHING;
    out.probe('classic group: session expired');
    this.remove(now, group, member, out);
    const { CompletingRebalance, Stable } = ClassicGroupState;
    if (group.state === Stable || group.state === CompletingRebalance) {
      return this.onMembersChanged(now, group, `the session of ${memberId} has expired`, out);
    }
    return this.#afterRemoval(now, group, out);
  }

  #afterRemoval(now: Us, group: ClassicGroup, out: Outbox): Decision<GroupRecord> {
    const isJoining = group.state === ClassicGroupState.PreparingRebalance;
    return isJoining && group.haveAllJoined ? this.#completeJoin(now, group, out) : NOTHING;
  }
}

const UNKNOWN_MEMBER: JoinGroupResponse = make(joinGroupResponse, {
  errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
  generationId: -1,
  protocolName: '',
});

const UNKNOWN_MEMBER_SYNC: SyncGroupResponse = make(syncGroupResponse, {
  errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
});

/** What a member of the generation is told; the leader hears of all. */
export function joinedResponse(
  group: ClassicGroup,
  memberId: string,
  skipAssignment = false,
): JoinGroupResponse {
  const protocolName = group.protocolName ?? '';
  return {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName,
    leader: group.leaderId ?? '',
    skipAssignment,
    memberId,
    members: group.isLeader(memberId)
      ? [...group.members.values()].map((member) => ({
          memberId: member.memberId,
          groupInstanceId: member.instanceId,
          metadata: member.metadataOf(protocolName),
        }))
      : [],
  };
}

export function tellState(group: ClassicGroup, reason: string, out: Outbox): void {
  out.fact({
    fact: 'group changed',
    group: group.groupId,
    kind: 'classic',
    state: group.state,
    epoch: group.generationId,
    members: group.members.size,
    reason,
  });
}

import { assert, type Outbox, type Us } from '../../../machine/index.ts';
import type { ClusterImage, MetadataDelta } from '../../../metadata/index.ts';
import type { TimelineMap } from '../../../timeline/index.ts';
import {
  type ConsumerGroupDescribeResponse,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  ErrorCode,
  type HeartbeatRequest,
  type HeartbeatResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '../../../wire/index.ts';
import type { Decision, Settle, ShardContext } from '../../runtime/index.ts';
import type { ClassicAsk, ConsumerSide } from '../classic/index.ts';
import type { CommitClaim, Group, PartitionCheck } from '../group.ts';
import type { GroupConfig } from '../group-config.ts';
import type { Answer, Caller, ConsumerRoom, GroupDecision } from '../group-rooms.ts';
import type { GroupRecord } from '../records/index.ts';
import { assignorsOf } from './assignor/index.ts';
import { heartbeatOfClassicMember, leaveConsumerGroup, syncClassicMember } from './classic-members.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { LEAVE_EPOCH, LEAVE_STATIC_EPOCH, MemberState } from './consumer-group-member.ts';
import { describeGroup, describeMissing } from './describe-group.ts';
import { fenceMembers } from './fence-members.ts';
import { findGroup } from './find-group.ts';
import { groupSetting } from './group-settings.ts';
import { decideHeartbeat } from './heartbeat.ts';
import { joinClassicMember } from './join-classic-member.ts';
import { decideLeave } from './leave.ts';
import { MemberTimers } from './member-timers.ts';
import { MetadataHashes } from './metadata-hash.ts';
import { rejectCommit, rejectFetch } from './reject-offsets.ts';
import { type ConsumerGroupRecord, replayRecord } from './replay.ts';
import type { ClassicSide, Room } from './room.ts';

/** The consumer groups of a shard. */
export class ConsumerGroups implements ConsumerRoom, ConsumerSide {
  readonly #room: Room;
  /** What the world has heard of each group; ended by a coordinator's life. */
  readonly #told = new Map<string, { state: string; epoch: number; members: number }>();

  constructor(
    context: ShardContext<GroupRecord>,
    groups: TimelineMap<string, Group>,
    config: GroupConfig,
    classic: ClassicSide,
  ) {
    const timers = new MemberTimers(context.timers, (now, groupId, memberId, memberEpoch, out) =>
      this.#expel(now, groupId, memberId, memberEpoch, out),
    );
    this.#room = {
      context,
      groups,
      config,
      classic,
      timers,
      assignors: assignorsOf(config['group.consumer.assignors']),
      hashes: new MetadataHashes(),
      topicsVersion: 0,
      resolvedVersions: new Map(),
    };
  }

  heartbeat(
    now: Us,
    request: ConsumerGroupHeartbeatRequest,
    caller: Caller,
    answer: Answer<ConsumerGroupHeartbeatResponse>,
    out: Outbox,
  ): GroupDecision {
    const { groupId, memberEpoch } = request;
    return memberEpoch === LEAVE_EPOCH || memberEpoch === LEAVE_STATIC_EPOCH
      ? this.#telling(groupId, 'a member leaves', decideLeave(this.#room, now, request, answer, out))
      : this.#telling(groupId, 'a heartbeat', decideHeartbeat(this.#room, now, request, caller, answer, out));
  }

  joinClassic(
    now: Us,
    { answer, caller, group, request }: ClassicAsk<JoinGroupRequest, JoinGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    const decision = joinClassicMember(this.#room, now, asConsumerGroup(group), request, caller, answer, out);
    return this.#telling(group.groupId, 'a member of the classic protocol joins', decision);
  }

  syncClassic(
    now: Us,
    { answer, group, request }: ClassicAsk<SyncGroupRequest, SyncGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    return syncClassicMember(this.#room, now, asConsumerGroup(group), request, answer, out);
  }

  heartbeatClassic(
    now: Us,
    { answer, group, request }: ClassicAsk<HeartbeatRequest, HeartbeatResponse>,
    out: Outbox,
  ): GroupDecision {
    return heartbeatOfClassicMember(this.#room, now, asConsumerGroup(group), request, answer, out);
  }

  leaveClassic(
    now: Us,
    { answer, group, request }: ClassicAsk<LeaveGroupRequest, LeaveGroupResponse>,
    out: Outbox,
  ): GroupDecision {
    const decision = leaveConsumerGroup(this.#room, now, asConsumerGroup(group), request, answer, out);
    return this.#telling(group.groupId, 'members of the classic protocol leave', decision);
  }

  describe(groupId: string, atOffset: number): ConsumerGroupDescribeResponse['groups'][number] {
    const group = findGroup(this.#room, groupId, atOffset);
    if (typeof group === 'number') {
      return describeMissing(groupId, this.#room.groups.has(groupId, atOffset));
    }
    return describeGroup(group, this.#room.context.image(), this.#room.assignors[0]!.name, atOffset);
  }

  rejectCommit(group: Group, claim: CommitClaim): number | PartitionCheck {
    return rejectCommit(asConsumerGroup(group), claim);
  }

  rejectFetch(
    group: Group,
    memberId: string | null,
    memberEpoch: number,
    atOffset: number | undefined,
  ): number {
    return rejectFetch(asConsumerGroup(group), memberId, memberEpoch, atOffset);
  }

  replay(record: ConsumerGroupRecord): void {
    replayRecord(this.#room, record);
  }

  /** Members are given a whole session to be heard of again, and those that give up partitions all their time. */
  onLoaded(now: Us, out: Outbox): void {
    const { config, context, groups, timers } = this.#room;
    for (const group of groups.values()) {
      if (!(group instanceof ConsumerGroup)) continue;
      const { groupId } = group;
      const sessionTimeoutMs = groupSetting('sessionTimeoutMs', groupId, config, context.image());
      for (const { memberEpoch, memberId, rebalanceTimeoutMs, state } of group.members()) {
        timers.startSession(now, groupId, memberId, sessionTimeoutMs, out);
        if (state === MemberState.UNREVOKED_PARTITIONS) {
          timers.startRebalance(now, groupId, memberId, memberEpoch, rebalanceTimeoutMs, out);
        }
      }
    }
  }

  /** Nothing is parked here: every heartbeat is answered when its records are replicated. */
  onUnloaded(_now: Us, _out: Outbox): void {}

  /** Groups look at their topics again with their next heartbeat. */
  onMetadata(_now: Us, _image: ClusterImage, delta: MetadataDelta, _out: Outbox): void {
    const { groups, hashes } = this.#room;
    const topics = new Set<string>();
    for (const { topic } of delta.partitions()) topics.add(topic);
    for (const { name } of delta.topicsDeleted.values()) topics.add(name);
    if (delta.topicsCreated.size > 0) this.#room.topicsVersion += 1;
    if (topics.size === 0) return;
    for (const topic of topics) hashes.forget(topic);
    for (const group of groups.values()) {
      if (group instanceof ConsumerGroup && isConcerned(group, topics)) group.requestMetadataRefresh();
    }
  }

  #expel(
    now: Us,
    groupId: string,
    memberId: string,
    memberEpoch: number | null,
    out: Outbox,
  ): Decision<GroupRecord> | null {
    const group = findGroup(this.#room, groupId);
    const member = typeof group === 'number' ? undefined : group.member(memberId);
    if (typeof group === 'number' || member === undefined) return null;
    if (memberEpoch !== null && member.memberEpoch !== memberEpoch) return null;
    const { records, replay } = fenceMembers(this.#room, now, group, new Set([member]), out);
    out.probe('consumer group: member was fenced for its silence');
    const settle: Settle = (_at, errorCode, to) => {
      if (errorCode === ErrorCode.NONE) this.#tell(groupId, 'a member was silent for too long', to);
    };
    return { records, replay, settle };
  }

  /** When what is decided is replicated, the world hears what the group is now, if it is not what it was. */
  #telling(groupId: string, reason: string, decision: GroupDecision): GroupDecision {
    if (typeof decision === 'number' || decision.records.length === 0) return decision;
    const settle: Settle = (now, errorCode, out) => {
      decision.settle(now, errorCode, out);
      if (errorCode === ErrorCode.NONE) this.#tell(groupId, reason, out);
    };
    return { ...decision, settle };
  }

  #tell(groupId: string, reason: string, out: Outbox): void {
    const group = this.#room.groups.get(groupId);
    if (!(group instanceof ConsumerGroup)) return;
    const { groupEpoch: epoch, memberCount: members } = group;
    const state = group.stateNameAt();
    const last = this.#told.get(groupId);
    if (last?.state === state && last.epoch === epoch && last.members === members) return;
    this.#told.set(groupId, { state, epoch, members });
    out.fact({ fact: 'group changed', group: groupId, kind: 'consumer', state, epoch, members, reason });
  }
}

function isConcerned(group: ConsumerGroup, topics: ReadonlySet<string>): boolean {
  for (const topic of topics) if (group.isSubscribedToTopic(topic)) return true;
  return false;
}

function asConsumerGroup(group: Group): ConsumerGroup {
  assert(group instanceof ConsumerGroup, () => `group ${group.groupId} is no consumer group`);
  return group;
}

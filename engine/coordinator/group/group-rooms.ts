import type { Outbox, Us } from '../../machine/index.ts';
import type { ClusterImage, MetadataDelta } from '../../metadata/index.ts';
import type {
  ConsumerGroupDescribeResponse,
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
  DescribeGroupsResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  LeaveGroupResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '../../wire/index.ts';
import type { Decision } from '../runtime/index.ts';
import type { CommitClaim, Group, PartitionCheck } from './group.ts';
import type { GroupRecord } from './records/index.ts';

/** Who asks. */
export interface Caller {
  readonly clientId: string;
  readonly clientHost: string;
  readonly apiVersion: number;
}

/** Answers a request, at once or later, once. */
export type Answer<Body> = (now: Us, body: Body, out: Outbox) => void;

/** A decision, or a code with which all of the request is refused. Its `settle` answers, or whoever parked the answer. */
export type GroupDecision = Decision<GroupRecord> | number;

/** What the shard asks of the room of classic groups (`ClassicGroups`). */
export interface ClassicRoom {
  join(
    now: Us,
    request: JoinGroupRequest,
    caller: Caller,
    answer: Answer<JoinGroupResponse>,
    out: Outbox,
  ): GroupDecision;
  sync(
    now: Us,
    request: SyncGroupRequest,
    caller: Caller,
    answer: Answer<SyncGroupResponse>,
    out: Outbox,
  ): GroupDecision;
  heartbeat(
    now: Us,
    request: HeartbeatRequest,
    caller: Caller,
    answer: Answer<HeartbeatResponse>,
    out: Outbox,
  ): GroupDecision;
  leave(
    now: Us,
    request: LeaveGroupRequest,
    caller: Caller,
    answer: Answer<LeaveGroupResponse>,
    out: Outbox,
  ): GroupDecision;
  /** Also of groups that are not there (`Dead`, and GROUP_ID_NOT_FOUND from version 6 on). */
  describe(groupId: string, apiVersion: number, atOffset: number): DescribeGroupsResponse['groups'][number];
  /** Judges a commit to a classic group, and keeps the member's session alive if it is fine. */
  rejectCommit(now: Us, group: Group, claim: CommitClaim, out: Outbox): number;
  /** An empty group without a protocol, of somebody who only stores offsets; put into the map of groups. */
  makeSimpleGroup(groupId: string): Group;
  replay(record: GroupRecord & { readonly type: 'GroupMetadata' }): void;
  onLoaded(now: Us, out: Outbox): void;
  onUnloaded(now: Us, out: Outbox): void;
}

/** What the shard asks of the room of consumer groups (`ConsumerGroups`). */
export interface ConsumerRoom {
  heartbeat(
    now: Us,
    request: ConsumerGroupHeartbeatRequest,
    caller: Caller,
    answer: Answer<ConsumerGroupHeartbeatResponse>,
    out: Outbox,
  ): GroupDecision;
  describe(groupId: string, atOffset: number): ConsumerGroupDescribeResponse['groups'][number];
  rejectCommit(group: Group, claim: CommitClaim): number | PartitionCheck;
  rejectFetch(
    group: Group,
    memberId: string | null,
    memberEpoch: number,
    atOffset: number | undefined,
  ): number;
  replay(record: Exclude<GroupRecord, { readonly type: 'OffsetCommit' | 'GroupMetadata' }>): void;
  onLoaded(now: Us, out: Outbox): void;
  onUnloaded(now: Us, out: Outbox): void;
  onMetadata(now: Us, image: ClusterImage, delta: MetadataDelta, out: Outbox): void;
}

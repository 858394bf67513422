import { MS, type Outbox, type Us, unreachable } from '../../machine/index.ts';
import type { ClusterImage, MetadataDelta } from '../../metadata/index.ts';
import { TimelineMap } from '../../timeline/index.ts';
import { type DeleteGroupsResponse, ErrorCode, type ListGroupsResponse } from '../../wire/index.ts';
import type { CoordinatorShard, Decision, ShardContext } from '../runtime/index.ts';
import type { CommitClaim, Group, PartitionCheck } from './group.ts';
import type { GroupConfig } from './group-config.ts';
import type { ClassicRoom, ConsumerRoom } from './group-rooms.ts';
import {
  type FetchedGroup,
  fetchOffsets,
  type GroupJudge,
  GroupOffsets,
  type OffsetFetch,
} from './offsets/index.ts';
import type { GroupRecord } from './records/index.ts';

/** Makes the rooms of a shard's groups. */
export type MakeRooms = (
  context: ShardContext<GroupRecord>,
  groups: TimelineMap<string, Group>,
  config: GroupConfig,
) => { readonly classic: ClassicRoom; readonly consumer: ConsumerRoom };

const EXPIRY_TIMER = 'expire-group-metadata';

/** The groups of one partition of `__consumer_offsets` (`GroupCoordinatorShard`). */
export class GroupShard implements CoordinatorShard<GroupRecord>, GroupJudge {
  readonly groups: TimelineMap<string, Group>;
  readonly classic: ClassicRoom;
  readonly consumer: ConsumerRoom;
  readonly offsets: GroupOffsets;
  readonly #context: ShardContext<GroupRecord>;
  readonly #config: GroupConfig;

  constructor(context: ShardContext<GroupRecord>, config: GroupConfig, makeRooms: MakeRooms) {
    this.#context = context;
    this.#config = config;
    this.groups = new TimelineMap(context.timeline);
    const { classic, consumer } = makeRooms(context, this.groups, config);
    this.classic = classic;
    this.consumer = consumer;
    this.offsets = new GroupOffsets(context, this.groups, config, this);
  }

  replay(offset: number, producerId: number, _producerEpoch: number, record: GroupRecord): void {
    switch (record.type) {
      case 'OffsetCommit':
        this.offsets.replay(offset, producerId, record.key, record.value);
        return;
      case 'GroupMetadata':
        this.classic.replay(record);
        return;
      case 'ConsumerGroupMetadata':
      case 'ConsumerGroupPartitionMetadata':
      case 'ConsumerGroupMemberMetadata':
      case 'ConsumerGroupTargetAssignmentMetadata':
      case 'ConsumerGroupTargetAssignmentMember':
      case 'ConsumerGroupCurrentMemberAssignment':
      case 'ConsumerGroupRegularExpression':
        this.consumer.replay(record);
        return;
      default:
        unreachable(record);
    }
  }

  replayEndTransactionMarker(producerId: number, _producerEpoch: number, isCommit: boolean): void {
    this.offsets.replayEndTransactionMarker(producerId, isCommit);
  }

  onLoaded(now: Us, out: Outbox): void {
    this.consumer.onLoaded(now, out);
    this.classic.onLoaded(now, out);
    this.#armExpiry(now, out);
  }

  onUnloaded(now: Us, out: Outbox): void {
    this.consumer.onUnloaded(now, out);
    this.classic.onUnloaded(now, out);
  }

  onMetadata(now: Us, image: ClusterImage, delta: MetadataDelta, out: Outbox): void {
    this.consumer.onMetadata(now, image, delta, out);
  }

  rejectCommit(now: Us, group: Group, claim: CommitClaim, out: Outbox): number | PartitionCheck {
    return group.kind === 'classic'
      ? this.classic.rejectCommit(now, group, claim, out)
      : this.consumer.rejectCommit(group, claim);
  }

  /** Anybody may read a classic group's positions; it is found at all unless it is dead. */
  rejectFetch(
    group: Group,
    memberId: string | null,
    memberEpoch: number,
    atOffset: number | undefined,
  ): number {
    if (group.kind === 'consumer') return this.consumer.rejectFetch(group, memberId, memberEpoch, atOffset);
    return group.stateNameAt() === 'Dead' ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE;
  }

  makeSimpleGroup(groupId: string): Group {
    return this.classic.makeSimpleGroup(groupId);
  }

  fetchOffsets(fetch: OffsetFetch, atOffset: number | undefined): FetchedGroup | number {
    return fetchOffsets(this.offsets, this.groups, this, fetch, atOffset);
  }

  /** Filters are without case; empty ones let everything through. */
  list(states: readonly string[], types: readonly string[], atOffset: number): ListGroupsResponse['groups'] {
    const listed: ListGroupsResponse['groups'][number][] = [];
    for (const group of this.groups.values(atOffset)) {
      const groupState = group.stateNameAt(atOffset);
      const { groupId, kind } = group;
      if (states.length > 0 && !states.includes(groupState.toLowerCase())) continue;
      if (types.length > 0 && !types.includes(kind)) continue;
      const groupType = kind === 'classic' ? 'Classic' : 'Consumer';
      listed.push({ groupId, protocolType: group.protocolTypeAt(atOffset), groupState, groupType });
    }
    return listed;
  }

  /** Groups without members go, and their positions with them (KIP-229). */
  deleteGroups(groupIds: readonly string[], records: GroupRecord[]): DeleteGroupsResponse['results'] {
    const results: DeleteGroupsResponse['results'][number][] = [];
    for (const groupId of groupIds) {
      const group = this.groups.get(groupId);
      const errorCode = group === undefined ? ErrorCode.GROUP_ID_NOT_FOUND : group.rejectDelete();
      results.push({ groupId, errorCode, errorMessage: null });
      if (group === undefined || errorCode !== ErrorCode.NONE) continue;
      this.offsets.deleteAll(groupId, records);
      group.addTombstones(records);
      group.cancelTimers();
    }
    return results;
  }

  /** Every position that has expired, and every empty group that has none left (`cleanupGroupMetadata`). */
  #expire(now: Us, out: Outbox): Decision<GroupRecord> {
    const records: GroupRecord[] = [];
    for (const group of this.groups.values()) {
      if (!this.offsets.expire(group, records) || !group.isEmpty) continue;
      group.addTombstones(records);
      group.cancelTimers();
    }
    if (records.length > 0) out.probe('group coordinator: offsets or groups expired');
    this.#armExpiry(now, out);
    return { records, isAtomic: false, settle: () => {} };
  }

  #armExpiry(now: Us, out: Outbox): void {
    const delayUs = this.#config['offsets.retention.check.interval.ms'] * MS;
    this.#context.timers.schedule(now, EXPIRY_TIMER, delayUs, (at, to) => this.#expire(at, to), out);
  }
}

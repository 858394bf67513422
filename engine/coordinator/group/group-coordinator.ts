import type { Request, Responder } from '../../exchange/index.ts';
import type { Outbox, Random, Us, WallClock } from '../../machine/index.ts';
import {
  type ClusterImage,
  CONSUMER_OFFSETS,
  coordinatorPartition,
  type MetadataDelta,
} from '../../metadata/index.ts';
import type { Compression } from '../../records/index.ts';
import {
  ApiKey,
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupHeartbeatRequest,
  type DeleteGroupsRequest,
  type DescribeGroupsRequest,
  type HeartbeatRequest,
  type JoinGroupRequest,
  type LeaveGroupRequest,
  type ListGroupsRequest,
  type OffsetCommitRequest,
  type OffsetDeleteRequest,
  type OffsetFetchRequest,
  type SyncGroupRequest,
  type TxnOffsetCommitRequest,
} from '../../wire/index.ts';
import {
  type CoordinatorLog,
  CoordinatorRuntime,
  type LoadedShard,
  type Settle,
  type ShardView,
  type WriteVerifier,
} from '../runtime/index.ts';
import type { Group } from './group.ts';
import type { GroupConfig } from './group-config.ts';
import { GroupShard, type MakeRooms } from './group-shard.ts';
import { GroupTimer } from './group-timer.ts';
import {
  type GroupContext,
  handleConsumerGroupDescribe,
  handleConsumerGroupHeartbeat,
  handleDeleteGroups,
  handleDescribeGroups,
  handleHeartbeat,
  handleJoinGroup,
  handleLeaveGroup,
  handleListGroups,
  handleOffsetCommit,
  handleOffsetDelete,
  handleOffsetFetch,
  handleSyncGroup,
  handleTxnOffsetCommit,
} from './handlers/index.ts';
import type { CommittedOffset } from './offsets/index.ts';
import { type GroupRecord, groupRecordCodec } from './records/index.ts';

export interface GroupCoordinatorOptions {
  readonly config: GroupConfig;
  readonly log: CoordinatorLog;
  readonly compression: Compression;
  readonly verifier: WriteVerifier;
  readonly responder: Responder;
  readonly makeRooms: MakeRooms;
  readonly wall: WallClock;
  readonly random: Random;
  readonly image: () => ClusterImage;
}

/** The APIs that it answers. */
export const GROUP_APIS = [
  ApiKey.OffsetCommit,
  ApiKey.OffsetFetch,
  ApiKey.JoinGroup,
  ApiKey.Heartbeat,
  ApiKey.LeaveGroup,
  ApiKey.SyncGroup,
  ApiKey.DescribeGroups,
  ApiKey.ListGroups,
  ApiKey.DeleteGroups,
  ApiKey.TxnOffsetCommit,
  ApiKey.OffsetDelete,
  ApiKey.ConsumerGroupHeartbeat,
  ApiKey.ConsumerGroupDescribe,
] as const;

/** The group coordinator of a broker (`GroupCoordinatorService`): the public face of groups and their positions. */
export class GroupCoordinator {
  readonly #context: GroupContext;
  readonly #runtime: CoordinatorRuntime<GroupShard, GroupRecord>;

  constructor(options: GroupCoordinatorOptions) {
    const { compression, config, image, log, makeRooms, random, responder, verifier, wall } = options;
    this.#runtime = new CoordinatorRuntime({
      topic: CONSUMER_OFFSETS,
      log,
      codec: groupRecordCodec,
      compression,
      verifier,
      makeShard: (context) => new GroupShard(context, config, makeRooms),
      wall,
      random,
      image,
      writeTimeoutMs: config['offsets.commit.timeout.ms'],
      loadBufferBytes: config['offsets.load.buffer.size'],
      timers: { load: GroupTimer.LOAD, shard: GroupTimer.SHARD, write: GroupTimer.WRITE },
    });
    this.#context = {
      config,
      runtime: this.#runtime,
      responder,
      image,
      partitionOf: (groupId) => {
        const topic = image().topicsByName.get(CONSUMER_OFFSETS);
        return coordinatorPartition(
          groupId,
          topic?.partitions.length ?? config['offsets.topic.num.partitions'],
        );
      },
    };
  }

  /** False when the API is none of its own. */
  handle(now: Us, request: Request, out: Outbox): boolean {
    const context = this.#context;
    switch (request.apiKey) {
      case ApiKey.JoinGroup:
        handleJoinGroup(context, now, request as Request<JoinGroupRequest>, out);
        return true;
      case ApiKey.SyncGroup:
        handleSyncGroup(context, now, request as Request<SyncGroupRequest>, out);
        return true;
      case ApiKey.Heartbeat:
        handleHeartbeat(context, now, request as Request<HeartbeatRequest>, out);
        return true;
      case ApiKey.LeaveGroup:
        handleLeaveGroup(context, now, request as Request<LeaveGroupRequest>, out);
        return true;
      case ApiKey.ConsumerGroupHeartbeat:
        handleConsumerGroupHeartbeat(context, now, request as Request<ConsumerGroupHeartbeatRequest>, out);
        return true;
      case ApiKey.OffsetCommit:
        handleOffsetCommit(context, now, request as Request<OffsetCommitRequest>, out);
        return true;
      case ApiKey.TxnOffsetCommit:
        handleTxnOffsetCommit(context, now, request as Request<TxnOffsetCommitRequest>, out);
        return true;
      case ApiKey.OffsetFetch:
        handleOffsetFetch(context, now, request as Request<OffsetFetchRequest>, out);
        return true;
      case ApiKey.OffsetDelete:
        handleOffsetDelete(context, now, request as Request<OffsetDeleteRequest>, out);
        return true;
      default:
        return this.#handleAdministration(now, request, out);
    }
  }

  /** A transaction's end marker for one partition of `__consumer_offsets`. */
  completeTransaction(
    now: Us,
    partition: number,
    producerId: number,
    producerEpoch: number,
    coordinatorEpoch: number,
    isCommit: boolean,
    transactionVersion: number,
    settle: Settle,
    out: Outbox,
  ): void {
    this.#runtime.completeTransaction(
      now,
      partition,
      producerId,
      producerEpoch,
      coordinatorEpoch,
      isCommit,
      transactionVersion,
      settle,
      out,
    );
  }

  onElected(now: Us, partition: number, leaderEpoch: number, out: Outbox): void {
    this.#runtime.onElected(now, partition, leaderEpoch, out);
  }

  onResigned(now: Us, partition: number, leaderEpoch: number | null, out: Outbox): void {
    this.#runtime.onResigned(now, partition, leaderEpoch, out);
  }

  onHighWatermark(now: Us, partition: number, out: Outbox): void {
    this.#runtime.onHighWatermark(now, partition, out);
  }

  onTimer(now: Us, kind: number, argument: number, out: Outbox): void {
    this.#runtime.onTimer(now, kind, argument, out);
  }

  /** Groups learn of topics that they subscribe to; positions of topics that are gone go too. */
  onMetadata(now: Us, image: ClusterImage, delta: MetadataDelta, out: Outbox): void {
    this.#runtime.onMetadata(now, image, delta, out);
    const deleted = [...delta.topicsDeleted].map(([id, { name }]) => ({ id, name }));
    if (deleted.length === 0) return;
    for (const partition of this.#runtime.activePartitions()) {
      const decide = (shard: GroupShard) => ({
        records: shard.offsets.onTopicsDeleted(deleted),
        isAtomic: false,
        settle: () => {},
      });
      this.#runtime.scheduleWrite(now, partition, decide, () => {}, out);
    }
  }

  /** The process stops: whoever waits is answered. */
  close(now: Us, out: Outbox): void {
    this.#runtime.close(now, out);
  }

  /** Its partitions, as checks may look at them. */
  views(): IterableIterator<ShardView> {
    return this.#runtime.views();
  }

  /** Its shards, likewise. */
  loaded(): IterableIterator<LoadedShard<GroupShard>> {
    return this.#runtime.loaded();
  }

  /** A group's position in the newest state; undefined when it is not coordinated here, or has none. */
  position(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    const view = this.#runtime.view(this.#context.partitionOf(groupId));
    return view?.shard.offsets.offsets.get(groupId, topic, partition);
  }

  /** The groups that this broker coordinates, as checks may look at them, by partition. */
  *groups(): IterableIterator<Group> {
    for (const partition of this.#runtime.activePartitions()) {
      yield* this.#runtime.view(partition)!.shard.groups.values();
    }
  }

  #handleAdministration(now: Us, request: Request, out: Outbox): boolean {
    const context = this.#context;
    switch (request.apiKey) {
      case ApiKey.ListGroups:
        handleListGroups(context, now, request as Request<ListGroupsRequest>, out);
        return true;
      case ApiKey.DescribeGroups:
        handleDescribeGroups(context, now, request as Request<DescribeGroupsRequest>, out);
        return true;
      case ApiKey.ConsumerGroupDescribe:
        handleConsumerGroupDescribe(context, now, request as Request<ConsumerGroupDescribeRequest>, out);
        return true;
      case ApiKey.DeleteGroups:
        handleDeleteGroups(context, now, request as Request<DeleteGroupsRequest>, out);
        return true;
      default:
        return false;
    }
  }
}

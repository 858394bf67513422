import { ConsumerGroup } from '../../../../../engine/coordinator/group/consumer/index.ts';
import {
  type GroupConfig,
  type GroupRecord,
  GroupShard,
  groupConfigDefaults,
  makeRooms,
} from '../../../../../engine/coordinator/index.ts';
import {
  ClusterImage,
  ConfigResource,
  MetadataDelta,
  type MetadataRecord,
} from '../../../../../engine/metadata/index.ts';
import {
  type ConsumerGroupDescribeResponse,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatRequest,
  type HeartbeatResponse,
  heartbeatRequest,
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupRequest,
  type LeaveGroupResponse,
  leaveGroupRequest,
  make,
  type Partially,
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroupRequest,
  type Uuid,
} from '../../../../../engine/wire/index.ts';
import { DirectRuntime } from '../../direct-runtime.ts';

export const GROUP = 'group';
const CALLER = { clientId: 'client', clientHost: '/127.0.0.1', apiVersion: 1 };

/** Topic ids that sort as the names do. */
export function idOf(topic: string): Uuid {
  return `${topic.padEnd(21, '_')}A`;
}

/** Consumer groups over the rooms of a broker, topics to taste, and every answer. */
export class GroupStage {
  runtime: DirectRuntime<GroupShard, GroupRecord>;
  readonly config: GroupConfig;
  #image = new ClusterImage();
  #offset = 0;

  constructor(config: Partial<GroupConfig> = {}, topics: Readonly<Record<string, number>> = { t: 4 }) {
    this.config = { ...groupConfigDefaults, 'group.consumer.assignment.interval.ms': 0, ...config };
    for (const [topic, partitions] of Object.entries(topics))
      this.#createTopic(this.#image, topic, partitions);
    this.runtime = this.#makeRuntime();
  }

  /** Another coordinator takes over with the records; timers begin anew. */
  failOver(): void {
    const last = this.runtime;
    const next = this.#makeRuntime();
    for (const [offset, entry] of last.records.entries()) {
      next.shard.replay(offset, -1, -1, entry.record);
      next.records.push(entry);
    }
    next.timeline.snapshot(next.records.length);
    next.timeline.deleteUpTo(next.records.length);
    next.now = last.now;
    next.shard.onLoaded(next.now, next.out);
    this.runtime = next;
  }

  /** A shard that has replayed these records alone. */
  replayed(records: readonly GroupRecord[]): GroupShard {
    const { shard } = this.#makeRuntime();
    for (const [offset, record] of records.entries()) shard.replay(offset, -1, -1, record);
    return shard;
  }

  #makeRuntime(): DirectRuntime<GroupShard, GroupRecord> {
    return new DirectRuntime(this.#image, (context) => new GroupShard(context, this.config, makeRooms));
  }

  get image(): ClusterImage {
    return this.#image;
  }

  get group(): ConsumerGroup | null {
    const group = this.shard.groups.get(GROUP);
    return group instanceof ConsumerGroup ? group : null;
  }

  get shard(): GroupShard {
    return this.runtime.shard;
  }

  createTopic(topic: string, partitions: number): void {
    this.#change((image, delta) => this.#createTopic(image, topic, partitions, delta));
  }

  growTopic(topic: string, partitions: number): void {
    this.#change((image, delta) => {
      const from = image.topicsByName.get(topic)!;
      for (let partition = from.partitions.length; partition < partitions; partition += 1) {
        this.#replay(image, partitionRecord(from.id, partition), delta);
      }
    });
  }

  deleteTopic(topic: string): void {
    const topicId = this.#image.topicsByName.get(topic)!.id;
    this.#change((image, delta) => this.#replay(image, { type: 'RemoveTopicRecord', topicId }, delta));
  }

  setGroupConfig(name: string, value: string): void {
    this.#change((image, delta) =>
      this.#replay(
        image,
        { type: 'ConfigRecord', resourceType: ConfigResource.GROUP, resourceName: GROUP, name, value },
        delta,
      ),
    );
  }

  /** Null when the write failed before anything was answered, which is never so here. */
  heartbeat(partial: Partially<ConsumerGroupHeartbeatRequest>): ConsumerGroupHeartbeatResponse {
    const request = make<ConsumerGroupHeartbeatRequest>(consumerGroupHeartbeatRequest, {
      groupId: GROUP,
      ...partial,
    });
    return this.#ask((shard, answer) =>
      shard.consumer.heartbeat(this.runtime.now, request, CALLER, answer, this.runtime.out),
    );
  }

  /** A full first heartbeat. */
  join(
    memberId: string,
    subscribedTopicNames: readonly string[] = ['t'],
    more: Partially<ConsumerGroupHeartbeatRequest> = {},
  ): ConsumerGroupHeartbeatResponse {
    return this.heartbeat({
      memberId,
      memberEpoch: 0,
      rebalanceTimeoutMs: 10_000,
      subscribedTopicNames,
      topicPartitions: [],
      ...more,
    });
  }

  /** Says what it owns: `{ t: [0, 1] }`. */
  beat(
    memberId: string,
    memberEpoch: number,
    owned: Readonly<Record<string, readonly number[]>> | null = null,
    more: Partially<ConsumerGroupHeartbeatRequest> = {},
  ): ConsumerGroupHeartbeatResponse {
    const topicPartitions =
      owned === null
        ? null
        : Object.entries(owned).map(([topic, partitions]) => ({ topicId: idOf(topic), partitions }));
    return this.heartbeat({ memberId, memberEpoch, topicPartitions, ...more });
  }

  joinClassic(partial: Partially<Parameters<GroupShard['classic']['join']>[1]>): JoinGroupResponse | null {
    const request = make<JoinGroupRequest>(joinGroupRequest, {
      groupId: GROUP,
      protocolType: 'consumer',
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 10_000,
      ...partial,
    });
    return this.#askLater((shard, answer) =>
      shard.classic.join(this.runtime.now, request, { ...CALLER, apiVersion: 9 }, answer, this.runtime.out),
    );
  }

  syncClassic(partial: Partially<Parameters<GroupShard['classic']['sync']>[1]>): SyncGroupResponse | null {
    const request = make<SyncGroupRequest>(syncGroupRequest, { groupId: GROUP, ...partial });
    return this.#askLater((shard, answer) =>
      shard.classic.sync(this.runtime.now, request, CALLER, answer, this.runtime.out),
    );
  }

  heartbeatClassic(memberId: string, generationId: number): HeartbeatResponse {
    const request = make(heartbeatRequest, { groupId: GROUP, memberId, generationId });
    return this.#ask((shard, answer) =>
      shard.classic.heartbeat(this.runtime.now, request, CALLER, answer, this.runtime.out),
    );
  }

  leaveClassic(memberId: string, groupInstanceId: string | null = null): LeaveGroupResponse {
    const request = make(leaveGroupRequest, { groupId: GROUP, members: [{ memberId, groupInstanceId }] });
    return this.#ask((shard, answer) =>
      shard.classic.leave(this.runtime.now, request, CALLER, answer, this.runtime.out),
    );
  }

  describe(shard = this.shard): ConsumerGroupDescribeResponse['groups'][number] {
    return shard.consumer.describe(GROUP, this.runtime.committedOffset);
  }

  /** Types of the records since, in order. */
  recordsSince(from: number): string[] {
    return this.runtime.records
      .slice(from)
      .map(({ record }) => record.type.replace('ConsumerGroup', '') + (record.value === null ? ' -' : ''));
  }

  #ask<Body extends { readonly errorCode: number }>(
    decide: (
      shard: GroupShard,
      answer: (now: number, body: Body) => void,
    ) => ReturnType<GroupShard['consumer']['heartbeat']>,
  ): Body {
    const body = this.#askLater(decide);
    if (body === null) throw new Error('it was not answered');
    return body;
  }

  #askLater<Body extends { readonly errorCode: number }>(
    decide: (
      shard: GroupShard,
      answer: (now: number, body: Body) => void,
    ) => ReturnType<GroupShard['consumer']['heartbeat']>,
  ): Body | null {
    let answered: Body | null = null;
    const code = this.runtime.write((shard) =>
      decide(shard, (_now, body) => {
        answered = body;
      }),
    );
    if (code > 0 && answered === null) return { errorCode: code } as Body;
    return answered;
  }

  #change(apply: (image: ClusterImage, delta: MetadataDelta) => void): void {
    const delta = new MetadataDelta();
    this.#image = this.#image.clone();
    apply(this.#image, delta);
    this.runtime.setImage(this.#image, delta);
  }

  #createTopic(image: ClusterImage, topic: string, partitions: number, delta?: MetadataDelta): void {
    this.#replay(image, { type: 'TopicRecord', name: topic, topicId: idOf(topic) }, delta);
    for (let partition = 0; partition < partitions; partition += 1) {
      this.#replay(image, partitionRecord(idOf(topic), partition), delta);
    }
  }

  #replay(image: ClusterImage, record: MetadataRecord, delta?: MetadataDelta): void {
    this.#offset += 1;
    image.replay(record, this.#offset, delta);
  }
}

function partitionRecord(topicId: Uuid, partitionId: number): MetadataRecord {
  return {
    type: 'PartitionRecord',
    partitionId,
    topicId,
    replicas: [1],
    isr: [1],
    removingReplicas: [],
    addingReplicas: [],
    leader: 1,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [],
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  };
}

/** `{ t: [0, 1] }` of an answer; null when it tells no assignment. */
export function assignedIn(
  response: ConsumerGroupHeartbeatResponse,
): Readonly<Record<string, readonly number[]>> | null {
  if (response.assignment === null) return null;
  const assigned: Record<string, readonly number[]> = {};
  for (const { partitions, topicId } of response.assignment.topicPartitions) {
    assigned[topicId.replace(/_*A$/, '')] = partitions;
  }
  return assigned;
}

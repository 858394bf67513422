import type { PartitionRecord } from '../../../engine/metadata/index.ts';
import { noCompression } from '../../../engine/records/index.ts';
import type { ClusterViews } from '../../../sim/check/index.ts';
import { fence, imageWithBrokers, TOPIC_ID } from '../../engine/broker/images.ts';

export type Broker = NonNullable<ClusterViews['brokers'][number]['view']>;
export type Controller = NonNullable<ClusterViews['controllers'][number]['view']>;
export type Quorum = Broker['quorum'];
export type Replica = Broker['replicas'] extends () => Iterable<infer R> ? R : never;
export type Fetch = Broker['fetches'] extends () => Iterable<infer F> ? F : never;

export const DIRECTORY = 'DirectoryDirectoryDirQ';

export function quorum(of: Partial<Quorum>): Quorum {
  return {
    role: 'follower',
    leader: 101,
    quorumEpoch: 5,
    highWatermark: 300,
    logStartOffset: 0,
    logEndOffset: 300,
    latestSnapshotId: null,
    isLeader: false,
    ...of,
  } as Quorum;
}

export function replica(of: Partial<Replica> & { end: number; highWatermark?: number }): Replica {
  const { end, highWatermark = end, ...rest } = of;
  const role = { kind: 'follower' } as const;
  return {
    name: 't-0',
    topic: 't',
    index: 0,
    topicId: TOPIC_ID,
    role,
    leaderEpoch: 4,
    isr: [],
    maximalIsr: [],
    minInsyncReplicas: 2,
    log: { topicId: TOPIC_ID, logStartOffset: 0, logEndOffset: end, highWatermark },
    ...rest,
  } as unknown as Replica;
}

/** A leader whose whole log is these batches. */
export function leading(topic: string, name: string, batches: readonly Uint8Array[], end: number): Replica {
  const log = {
    name,
    logStartOffset: 0,
    logEndOffset: end,
    read: (from: number) => ({ records: from === 0 ? batches : [] }),
  };
  return { ...replica({ end, name, topic }), role: { kind: 'leader' }, log } as unknown as Replica;
}

export const fetching = (of: Partial<Fetch> = {}): Fetch => ({
  name: 't-0',
  source: 1,
  leaderEpoch: 4,
  fetchOffset: 10,
  phase: 'fetching',
  isDelayed: false,
  ...of,
});

/** What a coordinator's shard has of the world: a cluster of one broker, and a clock and a die that stand still. */
export const STILL = {
  compression: noCompression,
  partition: 0,
  random: { u32: () => 0, below: () => 0 },
  wall: { nowMs: () => 0 },
  image: () => imageWithBrokers(1),
};

/** A healthy cluster of three brokers, one partition that b1 leads, and what differs from it. */
export function cluster(changes: {
  partition?: Partial<PartitionRecord>;
  fenced?: number;
  broker?: Readonly<Record<number, Partial<Broker>>>;
  replicas?: Readonly<Record<number, Replica[]>>;
  fetches?: Readonly<Record<number, Fetch[]>>;
  controllers?: Readonly<Record<number, Partial<Quorum> | null>>;
  rest?: Partial<ClusterViews>;
}): ClusterViews {
  const image = imageWithBrokers(4);
  image.replay({ type: 'TopicRecord', name: 't', topicId: TOPIC_ID }, 200);
  const partition: PartitionRecord = {
    type: 'PartitionRecord',
    partitionId: 0,
    topicId: TOPIC_ID,
    replicas: [1, 2, 3],
    isr: [1, 2, 3],
    removingReplicas: [],
    addingReplicas: [],
    leader: 1,
    leaderRecoveryState: 0,
    leaderEpoch: 4,
    partitionEpoch: 0,
    directories: [DIRECTORY, DIRECTORY, DIRECTORY],
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
    ...changes.partition,
  };
  image.replay(partition, 201);
  if (changes.fenced !== undefined) fence(image, changes.fenced);
  const leader = replica({
    end: 10,
    role: { kind: 'leader' },
    isr: partition.isr,
    maximalIsr: partition.isr,
  });
  const views = [1, 2, 3].map((id) => {
    const replicas = changes.replicas?.[id] ?? [id === 1 ? leader : replica({ end: 10 })];
    const fetches = changes.fetches?.[id] ?? (id === 1 ? [] : [fetching()]);
    const view: Broker = {
      kind: 'broker',
      nodeId: id,
      state: 'RUNNING',
      brokerEpoch: 10 + id,
      image,
      metadataOffset: 299,
      quorum: quorum({ role: 'follower' }),
      replicas: () => replicas,
      fetches: () => fetches,
      directories: [{ path: '/data', directoryId: DIRECTORY }],
      directoryIdOf: () => DIRECTORY,
      configDivergence: () => null,
      config: () => null,
      groups: () => [],
      position: () => undefined,
      transactions: () => [],
      groupShards: () => [],
      transactionShards: () => [],
      shards: () => [],
      movesUnderWay: 0,
      assignmentsPending: 0,
      ...changes.broker?.[id],
    };
    return { name: `b${id}`, id, up: true, view };
  });
  const controllers = [101, 102].map((id) => {
    const leads = id === 101;
    const change = changes.controllers?.[id];
    if (change === null) return { name: `c${id}`, id, up: false, view: null };
    const place = quorum({ role: leads ? 'leader' : 'follower', isLeader: leads, ...change });
    const view = {
      kind: 'controller',
      nodeId: id,
      isActive: place.role === 'leader' && place.isLeader,
      image,
      metadataOffset: 299,
      quorum: place,
    } as Controller;
    return { name: `c${id}`, id, up: true, view };
  });
  return {
    brokers: views,
    controllers,
    outstanding: 0,
    unsent: [],
    operations: [],
    members: [],
    positions: [],
    compacted: new Set(),
    ...changes.rest,
  };
}

import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
  type InitProducerIdResponse,
  type ListGroupsResponse,
  type OffsetCommitResponse,
  type OffsetFetchResponse,
  ZERO_UUID,
} from '../../../engine/wire/index.ts';
import { TinyCluster } from './tiny-cluster.ts';

const CONFIG = { 'offsets.topic.num.partitions': 4, 'transaction.state.log.num.partitions': 4 };
const GROUP = 0;
const TRANSACTION = 1;

function started(codec: 'objects' | 'bytes' = 'objects'): TinyCluster {
  const cluster = new TinyCluster({ codec, config: CONFIG });
  expect(cluster.started()).toBe(true);
  expect(cluster.createTopic('t', 2, 3)).toMatchObject({ errorCode: 0 });
  return cluster;
}

function find(cluster: TinyCluster, keys: readonly string[], keyType = GROUP, via = 1) {
  const body: FindCoordinatorRequest = { key: '', keyType, coordinatorKeys: keys };
  const response = cluster.client.ask<FindCoordinatorResponse>(via, ApiKey.FindCoordinator, body);
  return typeof response === 'string' ? [] : response.coordinators;
}

/** Asks until somebody coordinates the key. */
function coordinatorOf(cluster: TinyCluster, key: string, keyType = GROUP): number {
  for (let tries = 0; tries < 60; tries++) {
    const via = cluster.running()[0]!;
    const found = find(cluster, [key], keyType, via)[0];
    if (found?.errorCode === ErrorCode.NONE) return found.nodeId;
    cluster.until(() => false, SECOND / 2);
  }
  return -1;
}

function commit(cluster: TinyCluster, via: number, offset: number, generation = -1) {
  const partitions = [
    { partitionIndex: 1, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: 'm' },
    { partitionIndex: 7, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: null },
  ];
  const body = {
    groupId: 'g',
    generationIdOrMemberEpoch: generation,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [
      { name: '', topicId: cluster.topicId('t'), partitions },
      { name: '', topicId: ZERO_UUID, partitions: partitions.slice(0, 1) },
    ],
  };
  const response = cluster.client.ask<OffsetCommitResponse>(via, ApiKey.OffsetCommit, body);
  return typeof response === 'string' ? response : response.topics.flatMap(({ partitions }) => partitions);
}

function fetch(cluster: TinyCluster, via: number, requireStable = false) {
  const body = {
    groupId: '',
    topics: [],
    groups: [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: null }],
    requireStable,
  };
  const response = cluster.client.ask<OffsetFetchResponse>(via, ApiKey.OffsetFetch, body);
  return typeof response === 'string' ? response : response.groups[0]!;
}

describe('coordinators of a cluster', () => {
  for (const codec of ['objects', 'bytes'] as const) {
    test(`the first who looks for a coordinator has its topic made (${codec})`, () => {
      const cluster = started(codec);
      expect(find(cluster, ['g', 'h'])).toMatchObject([
        { key: 'g', errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, nodeId: -1 },
        { key: 'h', errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, nodeId: -1 },
      ]);
      expect(coordinatorOf(cluster, 'g')).toBeGreaterThan(0);
      const topic = cluster.activeController()!.image.topicsByName.get('__consumer_offsets')!;
      expect(topic.partitions).toHaveLength(4);
      expect(find(cluster, ['x'], 9)).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST }]);
    });
  }

  test('positions are kept over the death of their coordinator', () => {
    const cluster = started();
    const first = coordinatorOf(cluster, 'g');
    cluster.until(() => false, SECOND);
    expect(commit(cluster, first, 42)).toEqual([
      { partitionIndex: 7, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
      { partitionIndex: 1, errorCode: ErrorCode.NONE },
      { partitionIndex: 1, errorCode: ErrorCode.UNKNOWN_TOPIC_ID },
    ]);
    const kept = [{ partitions: [{ partitionIndex: 1, committedOffset: 42, metadata: 'm', errorCode: 0 }] }];
    expect(fetch(cluster, first)).toMatchObject({ errorCode: 0, topics: kept });
    const other = cluster.running().find((id) => id !== first)!;
    expect(fetch(cluster, other)).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR });

    cluster.broker(first).kill();
    expect(cluster.until(() => !cluster.brokerView(other)!.image.broker(first)!.fenced, SECOND)).toBe(true);
    expect(cluster.until(() => cluster.brokerView(other)!.image.broker(first)!.fenced)).toBe(true);
    const second = coordinatorOf(cluster, 'g');
    expect(second).not.toBe(first);
    cluster.until(() => false, SECOND);
    expect(fetch(cluster, second, true)).toMatchObject({ errorCode: 0, topics: kept });
    expect(commit(cluster, second, 43, 5)).toMatchObject([
      { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
      { errorCode: ErrorCode.UNKNOWN_MEMBER_ID },
      { errorCode: ErrorCode.UNKNOWN_TOPIC_ID },
    ]);
  });

  test('groups are listed by who coordinates them, and seen by checks', () => {
    const cluster = started();
    const coordinator = coordinatorOf(cluster, 'g');
    cluster.until(() => false, SECOND);
    commit(cluster, coordinator, 1);
    const body = { statesFilter: [], typesFilter: [] };
    for (const id of cluster.running()) {
      const listed = cluster.client.ask<ListGroupsResponse>(id, ApiKey.ListGroups, body);
      const ids = typeof listed === 'string' ? listed : listed.groups.map(({ groupId }) => groupId);
      expect(ids).toEqual(id === coordinator ? ['g'] : []);
      expect([...cluster.brokerView(id)!.groups()].map(({ groupId }) => groupId)).toEqual(ids);
    }
  });

  test('a transactional id has a producer of its coordinator', () => {
    const cluster = started();
    const coordinator = coordinatorOf(cluster, 'x', TRANSACTION);
    expect(coordinator).toBeGreaterThan(0);
    cluster.until(() => false, SECOND);
    const body = {
      transactionalId: 'x',
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
      enable2Pc: false,
      keepPreparedTxn: false,
    };
    let answered: InitProducerIdResponse | string = 'nothing';
    for (let tries = 0; tries < 10; tries++) {
      answered = cluster.client.ask<InitProducerIdResponse>(coordinator, ApiKey.InitProducerId, body);
      if (typeof answered !== 'string' && answered.errorCode === ErrorCode.NONE) break;
      cluster.until(() => false, SECOND);
    }
    expect(answered).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
  });
});

import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import {
  ApiKey,
  type ApiVersionsResponse,
  type DescribeClusterResponse,
  type DescribeQuorumResponse,
  type ElectLeadersResponse,
  EndpointType,
  ErrorCode,
  utf8Decode,
} from '../../../engine/wire/index.ts';
import { TinyCluster } from './tiny-cluster.ts';

/** A started cluster with topic `t`: one partition on three brokers. */
function withTopic(codec: 'objects' | 'bytes' = 'objects'): TinyCluster {
  const cluster = new TinyCluster({ codec });
  expect(cluster.started()).toBe(true);
  expect(cluster.createTopic('t', 1, 3)).toMatchObject({ errorCode: 0 });
  expect(cluster.until(() => cluster.registration('t', 0)?.isr.length === 3)).toBe(true);
  return cluster;
}

describe('a cluster of three controllers and three brokers', () => {
  for (const codec of ['objects', 'bytes'] as const) {
    test(`starts, creates a topic through a broker and acknowledges a produce (${codec})`, () => {
      const cluster = new TinyCluster({ codec });
      expect(cluster.started()).toBe(true);
      expect(cluster.createTopic('t', 2, 3)).toMatchObject({ errorCode: 0, numPartitions: 2 });
      expect(cluster.until(() => cluster.leaderOf('t', 1) > 0)).toBe(true);
      const leader = cluster.leaderOf('t', 0);
      expect(cluster.produce(leader, 't', 0, ['a', 'b'])).toMatchObject({ errorCode: 0, baseOffset: 0 });
      expect(cluster.produce(leader, 't', 0, ['c'])).toMatchObject({ errorCode: 0, baseOffset: 2 });
      expect(cluster.fetch(leader, 't', 0, 0)).toMatchObject({ errorCode: 0, highWatermark: 3 });
    });
  }

  test('the death of a leader gives another one that has all that was acknowledged', () => {
    const cluster = withTopic();
    const first = cluster.leaderOf('t', 0);
    expect(cluster.produce(first, 't', 0, ['a', 'b'])).toMatchObject({ errorCode: 0 });
    cluster.broker(first).kill();
    expect(cluster.until(() => ![-1, first].includes(cluster.leaderOf('t', 0)))).toBe(true);
    const second = cluster.leaderOf('t', 0);
    expect(cluster.until(() => cluster.brokerView(second)!.image.broker(first)!.fenced)).toBe(true);
    expect(cluster.produce(second, 't', 0, ['c'])).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect(cluster.fetch(second, 't', 0, 0)).toMatchObject({ errorCode: 0, highWatermark: 3 });
    expect(cluster.registration('t', 0)!.isr).not.toContain(first);

    cluster.startBroker(first);
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 3)).toBe(true);
    expect(cluster.brokerView(first)!.state).toBe('RUNNING');
    expect([...cluster.brokerView(first)!.replicas()][0]!.log!.logEndOffset).toBe(3);
  });

  test('a controlled shutdown moves the leadership first, and comes back without recovery', () => {
    const cluster = withTopic();
    const first = cluster.leaderOf('t', 0);
    expect(cluster.produce(first, 't', 0, ['a', 'b'])).toMatchObject({ errorCode: 0 });
    const node = cluster.broker(first);
    node.shutdown();
    expect(cluster.until(() => node.exited !== null, 10 * SECOND)).toBe(true);
    expect(node.exited).toEqual({ reason: 'clean', message: 'shut down' });
    expect([-1, first]).not.toContain(cluster.leaderOf('t', 0));
    expect(node.probes.get('stopping replica fetches no more')).toBeGreaterThan(0);

    const epochBefore = cluster.activeController()!.image.broker(first)!.epoch;
    const marker = node.disk.read('/data/.kafka_cleanshutdown', 0, 1_000) as Uint8Array;
    expect(JSON.parse(utf8Decode(marker))).toMatchObject({ brokerEpoch: epochBefore });
    node.facts.length = 0;
    cluster.startBroker(first);
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 3)).toBe(true);
    expect(cluster.activeController()!.image.broker(first)!.epoch).toBeGreaterThan(epochBefore);
    // The metadata log alone is always recovered: no LogDirectory looks after it.
    const recovered = node.facts.filter((fact) => fact.fact === 'log recovered').map((fact) => fact.log);
    expect(recovered).toEqual(['__cluster_metadata-0']);
  });

  test('a killed broker comes back by recovery', () => {
    const cluster = withTopic();
    const first = cluster.leaderOf('t', 0);
    expect(cluster.produce(first, 't', 0, ['a', 'b'])).toMatchObject({ errorCode: 0 });
    const node = cluster.broker(first);
    node.kill();
    node.facts.length = 0;
    cluster.startBroker(first);
    const recovered = node.facts.filter((fact) => fact.fact === 'log recovered').map((fact) => fact.log);
    expect(recovered).toContain('t-0');
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 3)).toBe(true);
  });

  test('goes on when the active controller is killed', () => {
    const cluster = withTopic();
    const active = cluster.activeController()!.nodeId;
    cluster.world.node(`c${active}`).kill();
    expect(cluster.until(() => cluster.activeController() !== null)).toBe(true);
    expect(cluster.activeController()!.nodeId).not.toBe(active);
    expect(cluster.createTopic('u', 1, 3)).toMatchObject({ errorCode: 0 });
    cluster.world.runFor(20 * SECOND);
    expect(cluster.running()).toEqual([1, 2, 3]);
    expect([...cluster.activeController()!.image.brokers.values()].every((broker) => !broker.fenced)).toBe(
      true,
    );
  });

  test('a broker that is cut off is fenced, and unfenced when it is back', () => {
    const cluster = withTopic();
    const leader = cluster.leaderOf('t', 0);
    cluster.world.cut(`b${leader}`);
    expect(cluster.until(() => cluster.activeController()!.image.broker(leader)!.fenced, 15 * SECOND)).toBe(
      true,
    );
    const next = cluster.leaderOf('t', 0);
    expect([-1, leader]).not.toContain(next);
    expect(cluster.produce(next, 't', 0, ['a'])).toMatchObject({ errorCode: 0 });
    cluster.world.heal(`b${leader}`);
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 3, 60 * SECOND)).toBe(true);
  });

  test('too few in sync replicas refuse a produce that wants them all', () => {
    const cluster = new TinyCluster({ config: { 'min.insync.replicas': 3 } });
    expect(cluster.started()).toBe(true);
    cluster.createTopic('t', 1, 3);
    expect(cluster.until(() => cluster.registration('t', 0)?.isr.length === 3)).toBe(true);
    const leader = cluster.leaderOf('t', 0);
    const other = leader === 1 ? 2 : 1;
    cluster.broker(other).kill();
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 2)).toBe(true);
    cluster.world.runFor(SECOND);
    const refused = cluster.produce(leader, 't', 0, ['a']);
    expect(refused).toMatchObject({ errorCode: ErrorCode.NOT_ENOUGH_REPLICAS });
  });

  test('a topic that a client merely names is created, when the broker may', () => {
    const cluster = new TinyCluster();
    expect(cluster.started()).toBe(true);
    const first = cluster.metadata(1, ['auto'], true);
    expect(first).toMatchObject({ topics: [{ errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }] });
    expect(cluster.until(() => cluster.brokerView(1)!.image.topicsByName.has('auto'), 5 * SECOND)).toBe(true);
    expect(cluster.metadata(1, ['auto'], true)).toMatchObject({ topics: [{ errorCode: 0, name: 'auto' }] });
  });

  test('every broker tells the same cluster', () => {
    const cluster = withTopic();
    cluster.world.runFor(SECOND);
    for (const id of [1, 2, 3]) {
      const metadata = cluster.metadata(id, null);
      expect(metadata).toMatchObject({ topics: [{ name: 't', errorCode: 0 }] });
      const body = { includeClusterAuthorizedOperations: false, includeFencedBrokers: true };
      const request = { ...body, endpointType: EndpointType.BROKERS };
      const described = cluster.client.ask<DescribeClusterResponse>(id, ApiKey.DescribeCluster, request);
      expect(described).toMatchObject({
        errorCode: 0,
        brokers: [{ brokerId: 1 }, { brokerId: 2 }, { brokerId: 3 }],
      });
    }
  });

  test('a preferred leader is elected when asked for through any broker', () => {
    const cluster = withTopic();
    const preferred = cluster.leaderOf('t', 0);
    const node = cluster.broker(preferred);
    node.shutdown();
    cluster.until(() => node.exited !== null);
    cluster.startBroker(preferred);
    expect(cluster.until(() => cluster.registration('t', 0)!.isr.length === 3)).toBe(true);
    expect(cluster.leaderOf('t', 0)).not.toBe(preferred);
    const body = { electionType: 0, topicPartitions: [{ topic: 't', partitions: [0] }], timeoutMs: 5_000 };
    const via = preferred === 1 ? 2 : 1;
    const response = cluster.client.ask<ElectLeadersResponse>(via, ApiKey.ElectLeaders, body);
    expect(response).toMatchObject({
      errorCode: 0,
      replicaElectionResults: [{ topic: 't', partitionResult: [{ partitionId: 0, errorCode: 0 }] }],
    });
    expect(cluster.leaderOf('t', 0)).toBe(preferred);
  });

  test('the quorum describes itself through a broker', () => {
    const cluster = withTopic();
    const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] };
    const response = cluster.client.ask<DescribeQuorumResponse>(2, ApiKey.DescribeQuorum, body);
    expect(response).toMatchObject({ errorCode: 0 });
    if (typeof response === 'string') throw new Error(response);
    const partition = response.topics[0]!.partitions[0]!;
    expect(partition.leaderId).toBe(cluster.activeController()!.nodeId);
    expect(partition.currentVoters.map((voter) => voter.replicaId)).toEqual([101, 102, 103]);
    expect(partition.observers.map((observer) => observer.replicaId)).toEqual([1, 2, 3]);
  });

  test('a broker that is not there yet takes no connections', () => {
    const cluster = new TinyCluster();
    const reply = cluster.client.ask<ApiVersionsResponse>(
      1,
      ApiKey.ApiVersions,
      { clientSoftwareName: 'x', clientSoftwareVersion: '1', clusterId: null, nodeId: -1 },
      SECOND / 100,
    );
    expect(typeof reply).toBe('string');
  });

  test('a deleted topic leaves no replica behind', () => {
    const cluster = withTopic();
    const body = {
      topics: [{ name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      topicNames: [],
      timeoutMs: 5_000,
    };
    expect(cluster.client.ask(1, ApiKey.DeleteTopics, body)).toMatchObject({ responses: [{ errorCode: 0 }] });
    cluster.world.runFor(SECOND);
    for (const id of [1, 2, 3]) expect([...cluster.brokerView(id)!.replicas()]).toEqual([]);
    expect(
      cluster
        .broker(1)
        .disk.list('/data')
        .filter((name) => name === 't-0'),
    ).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../engine/machine/index.ts';
import {
  ApiKey,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  type DeleteRecordsRequest,
  type DeleteRecordsResponse,
  ErrorCode,
} from '../../../engine/wire/index.ts';
import { TinyCluster } from './tiny-cluster.ts';

function started(records: number, config = {}): TinyCluster {
  const cluster = new TinyCluster({ config });
  expect(cluster.started()).toBe(true);
  create(cluster, 't', []);
  for (let at = 0; at < records; at++) cluster.produce(cluster.leaderOf('t', 0), 't', 0, [`v${at}`]);
  return cluster;
}

function create(
  cluster: TinyCluster,
  name: string,
  configs: CreateTopicsRequest['topics'][number]['configs'],
) {
  const topic = { name, numPartitions: 1, replicationFactor: 3, assignments: [], configs };
  const body: CreateTopicsRequest = { topics: [topic], timeoutMs: 30_000, validateOnly: false };
  const answer = cluster.client.ask<CreateTopicsResponse>(1, ApiKey.CreateTopics, body);
  expect(typeof answer === 'string' ? answer : answer.topics[0]!.errorCode).toBe(ErrorCode.NONE);
  expect(cluster.until(() => cluster.registration(name, 0)?.isr.length === 3)).toBe(true);
}

function request(topic: string, offset: number, timeoutMs = 10_000): DeleteRecordsRequest {
  return { topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }], timeoutMs };
}

function deleteBelow(cluster: TinyCluster, offset: number, topic = 't', via = cluster.leaderOf(topic, 0)) {
  const body = request(topic, offset);
  const answer = cluster.client.ask<DeleteRecordsResponse>(via, ApiKey.DeleteRecords, body);
  if (typeof answer === 'string') throw new Error(answer);
  return answer.topics[0]!.partitions[0]!;
}

function logOf(cluster: TinyCluster, broker: number, name = 't-0') {
  return [...cluster.brokerView(broker)!.replicas()].find((view) => view.name === name)!.log!;
}

describe('DeleteRecords', () => {
  test('moves the log start of every replica before it answers', () => {
    const cluster = started(5);
    expect(deleteBelow(cluster, 3)).toEqual({ partitionIndex: 0, lowWatermark: 3, errorCode: 0 });
    for (const broker of [1, 2, 3]) expect(logOf(cluster, broker).logStartOffset).toBe(3);
    const gone = cluster.fetch(cluster.leaderOf('t', 0), 't', 0, 2);
    expect(typeof gone === 'string' ? gone : gone.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    // An offset that is gone already is no error.
    expect(deleteBelow(cluster, 1)).toMatchObject({ lowWatermark: 3, errorCode: 0 });
  });

  test('takes -1 for the high watermark', () => {
    const cluster = started(4);
    expect(deleteBelow(cluster, -1)).toMatchObject({ lowWatermark: 4, errorCode: 0 });
    for (const broker of [1, 2, 3]) expect(logOf(cluster, broker).logStartOffset).toBe(4);
  });

  test('refuses what it must not do', () => {
    const cluster = started(2);
    const { OFFSET_OUT_OF_RANGE, NOT_LEADER_OR_FOLLOWER, POLICY_VIOLATION } = ErrorCode;
    const refused = { partitionIndex: 0, lowWatermark: -1 };
    expect(deleteBelow(cluster, 3)).toEqual({ ...refused, errorCode: OFFSET_OUT_OF_RANGE });
    expect(deleteBelow(cluster, -2)).toEqual({ ...refused, errorCode: OFFSET_OUT_OF_RANGE });
    const follower = (cluster.leaderOf('t', 0) % 3) + 1;
    const atFollower = deleteBelow(cluster, 1, 't', follower);
    expect(atFollower).toEqual({ ...refused, errorCode: NOT_LEADER_OR_FOLLOWER });
    const unknown = deleteBelow(cluster, 1, 'nobody', 1);
    expect(unknown).toEqual({ ...refused, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION });
    create(cluster, 'compacted', [{ name: 'cleanup.policy', value: 'compact' }]);
    expect(deleteBelow(cluster, 0, 'compacted')).toEqual({ ...refused, errorCode: POLICY_VIOLATION });
  });

  test('does not wait for a replica whose broker is fenced', () => {
    const cluster = started(3);
    const leader = cluster.leaderOf('t', 0);
    const dead = (leader % 3) + 1;
    cluster.broker(dead).kill();
    const isFenced = () => cluster.brokerView(leader)!.image.broker(dead)!.fenced;
    expect(cluster.until(isFenced, 60 * SECOND)).toBe(true);
    expect(deleteBelow(cluster, 2)).toMatchObject({ lowWatermark: 2, errorCode: 0 });
    cluster.startBroker(dead);
    expect(
      cluster.until(() => cluster.running().length === 3 && logOf(cluster, dead).logStartOffset === 2),
    ).toBe(true);
  });

  test('times out while a living replica does not follow; the records are gone all the same', () => {
    const cluster = started(3, { 'broker.session.timeout.ms': 60_000 });
    const leader = cluster.leaderOf('t', 0);
    cluster.broker((leader % 3) + 1).kill();
    const token = cluster.client.send(leader, ApiKey.DeleteRecords, request('t', 2, 1_000));
    cluster.world.runFor(2 * SECOND);
    const reply = cluster.client.reply(token);
    const body = reply?.kind === 'response' ? (reply.body as DeleteRecordsResponse) : null;
    expect(body?.topics[0]?.partitions[0]).toMatchObject({ errorCode: ErrorCode.REQUEST_TIMED_OUT });
    expect(logOf(cluster, leader).logStartOffset).toBe(2);
  });

  test('ends with an error when its leader loses the lead', () => {
    const cluster = started(3, { 'broker.session.timeout.ms': 9_000 });
    const leader = cluster.leaderOf('t', 0);
    const dead = (leader % 3) + 1;
    cluster.broker(dead).kill();
    const token = cluster.client.send(leader, ApiKey.DeleteRecords, request('t', 2, 25_000));
    cluster.world.runFor(SECOND);
    expect(cluster.client.reply(token)).toBeUndefined();
    cluster.broker(leader).shutdown();
    cluster.world.runFor(SECOND);
    const reply = cluster.client.reply(token);
    const body = reply?.kind === 'response' ? (reply.body as DeleteRecordsResponse) : null;
    expect(body?.topics[0]?.partitions[0]).toMatchObject({ errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
  });
});

describe('retention in a broker', () => {
  test('deletes at every interval, and followers and readers hear of the new start', () => {
    const config = {
      'log.segment.bytes': 150,
      'log.retention.ms': 5_000,
      'log.retention.check.interval.ms': 10_000,
      'log.initial.task.delay.ms': 10_000,
    };
    const cluster = started(6, config);
    cluster.world.runFor(3 * 20 * SECOND);
    for (const broker of [1, 2, 3]) {
      const log = logOf(cluster, broker);
      expect([log.logStartOffset, log.logEndOffset, log.segmentCount]).toEqual([6, 6, 1]);
    }
    const { disk } = cluster.broker(1);
    expect(disk.list('/data/t-0').filter((name) => name.endsWith('.log'))).toEqual([
      '00000000000000000006.log',
    ]);
  });
});

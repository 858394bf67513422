import { describe, expect, test } from 'vitest';
import { RACK_AWARE_SELECTOR } from '../../../engine/replication/index.ts';
import { ErrorCode, type FetchRequest, type Partially, ZERO_UUID } from '../../../engine/wire/index.ts';
import { batchOf, TestCluster, topicIdOf, valuesIn } from './cluster.ts';

type Asked = Partially<FetchRequest['topics'][number]['partitions'][number]>;

function ask(topic: string, ...partitions: readonly Asked[]): NonNullable<Partially<FetchRequest>['topics']> {
  const bounded = partitions.map((partition) => ({ partitionMaxBytes: 1 << 20, ...partition }));
  return [{ topicId: topicIdOf(topic), partitions: bounded }];
}

describe('fetch', () => {
  test('waits for max.wait when there is nothing', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    const answer = cluster.fetch(1, { maxWaitMs: 500, minBytes: 1, topics: ask('t', { partition: 0 }) });
    cluster.run(499);
    expect(answer.ended).toBe('not yet');
    cluster.run(1);
    expect(answer.body?.responses[0]?.partitions[0]).toMatchObject({
      errorCode: 0,
      highWatermark: 0,
      records: [],
    });
  });

  test('is answered when the records it waits for are replicated, not when they are appended', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.holds = (call) => call.from === 2;
    const answer = cluster.fetch(1, { maxWaitMs: 9_000, minBytes: 1, topics: ask('t', { partition: 0 }) });
    cluster.produce(1, 't', ['a'], 1);
    cluster.run(100);
    expect(answer.ended).toBe('not yet');
    cluster.holds = () => false;
    cluster.run(100);
    expect(valuesIn(answer.body?.responses[0]?.partitions[0]?.records ?? null)).toEqual(['a']);
  });

  test('waits until min.bytes came together over all its partitions', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1], { partitions: 2 });
    const size = batchOf('a').length;
    const topics = ask('t', { partition: 0 }, { partition: 1 });
    const answer = cluster.fetch(1, { maxWaitMs: 9_000, minBytes: 2 * size + 1, topics });
    cluster.produce(1, 't', ['a'], 1);
    cluster.produceBatch(1, 't', batchOf('b'), 1, 100, 1);
    cluster.run(100);
    expect(answer.ended).toBe('not yet');
    cluster.produce(1, 't', ['c'], 1);
    const read = answer.body?.responses[0]?.partitions.map((each) => valuesIn(each.records));
    expect(read).toEqual([['a', 'c'], ['b']]);
  });

  test('an append wakes only who waits for its partition', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1], { partitions: 2 });
    const first = cluster.fetch(1, { maxWaitMs: 9_000, minBytes: 1, topics: ask('t', { partition: 0 }) });
    const second = cluster.fetch(1, { maxWaitMs: 9_000, minBytes: 1, topics: ask('t', { partition: 1 }) });
    cluster.produceBatch(1, 't', batchOf('b'), 1, 100, 1);
    expect([first.ended, second.ended]).toEqual(['not yet', 'answered']);
  });

  test('the first batch goes out however large; the bounds hold for the rest', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1], { partitions: 2 });
    for (const index of [0, 1]) {
      for (const value of ['a', 'b']) cluster.produceBatch(1, 't', batchOf(value), 1, 100, index);
    }
    const topics = ask('t', { partition: 0, partitionMaxBytes: 1 }, { partition: 1, partitionMaxBytes: 1 });
    const tiny = cluster.fetch(1, { topics }).body;
    expect(tiny?.responses[0]?.partitions.map((each) => valuesIn(each.records))).toEqual([['a'], []]);
    const size = batchOf('a').length;
    const total = cluster.fetch(1, {
      maxBytes: 3 * size,
      topics: ask('t', { partition: 0 }, { partition: 1 }),
    }).body;
    expect(total?.responses[0]?.partitions.map((each) => valuesIn(each.records))).toEqual([
      ['a', 'b'],
      ['a'],
    ]);
  });

  test.each([
    ['an unknown topic id', 'x', { partition: 0 }, ErrorCode.UNKNOWN_TOPIC_ID],
    ['an unknown partition', 't', { partition: 9 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['an old epoch', 't', { partition: 0, currentLeaderEpoch: 0 }, ErrorCode.FENCED_LEADER_EPOCH],
    ['a future epoch', 't', { partition: 0, currentLeaderEpoch: 9 }, ErrorCode.UNKNOWN_LEADER_EPOCH],
    ['an offset beyond the end', 't', { partition: 0, fetchOffset: 5 }, ErrorCode.OFFSET_OUT_OF_RANGE],
    [
      'an epoch unknown to the log',
      't',
      { partition: 0, lastFetchedEpoch: 7 },
      ErrorCode.OFFSET_OUT_OF_RANGE,
    ],
  ])('%s is refused', (_what, topic, asked, errorCode) => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    cluster.elect('t', 1, [1]);
    cluster.publish();
    const answer = cluster.fetch(1, { maxWaitMs: 500, minBytes: 1, topics: ask(topic, asked) });
    expect(answer.body?.responses[0]?.partitions[0]?.errorCode).toBe(errorCode);
  });

  test('the epoch is checked before the role (L3)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [2, 1]);
    const replicaState = { replicaId: 3, replicaEpoch: -1 };
    const fetch = (currentLeaderEpoch: number) =>
      cluster.fetch(1, { replicaState, topics: ask('t', { partition: 0, currentLeaderEpoch }) }).body
        ?.responses[0]?.partitions[0]?.errorCode;
    expect(fetch(5)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
    expect(fetch(0)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  test('a replica that its leader does not know shall retry', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    const replicaState = { replicaId: 3, replicaEpoch: -1 };
    const fetch = (currentLeaderEpoch: number) =>
      cluster.fetch(1, { replicaState, topics: ask('t', { partition: 0, currentLeaderEpoch }) }).body
        ?.responses[0]?.partitions[0]?.errorCode;
    expect(fetch(0)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
    expect(fetch(-1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  test('a partition not hosted here is elsewhere; one of another topic id is another', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [2]);
    expect(cluster.consume(1, 't', 0).responses[0]?.partitions[0]?.errorCode).toBe(
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
    );
  });

  test('an unknown topic does not keep the others from waiting', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    const topics = [...ask('nobody', { partition: 0 }), ...ask('t', { partition: 0 })];
    const answer = cluster.fetch(1, { maxWaitMs: 500, minBytes: 1, topics });
    expect(answer.ended).toBe('not yet');
    cluster.produce(1, 't', ['a']);
    expect(answer.body?.responses.map((topic) => topic.topicId)).toEqual([
      topicIdOf('t'),
      topicIdOf('nobody'),
    ]);
  });

  test('who waits hears at once that the leader moved', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    const topics = ask('t', { partition: 0, currentLeaderEpoch: 0 });
    const answer = cluster.fetch(1, { maxWaitMs: 9_000, minBytes: 1, topics });
    cluster.elect('t', 2, [1, 2]);
    cluster.publish(1);
    expect(answer.body?.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
  });

  test('a version without topic ids names topics', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1]);
    const topics = [{ topic: 't', partitions: [{ partition: 0, partitionMaxBytes: 100 }] }];
    const body = cluster.fetch(1, { topics }, 4).body;
    expect(body?.responses[0]).toMatchObject({ topic: 't', topicId: ZERO_UUID });
    expect(body?.responses[0]?.partitions[0]?.logStartOffset).toBe(-1);
  });
});

describe('fetch from followers (KIP-392)', () => {
  const racks = { 1: 'east', 2: 'west', 3: 'west' };
  const config = { 'replica.selector.class': RACK_AWARE_SELECTOR };

  function preferred(cluster: TestCluster, rack: string, offset = 0): number | undefined {
    return cluster.consume(1, 't', offset, rack).responses[0]?.partitions[0]?.preferredReadReplica;
  }

  test('a consumer is sent to the most caught-up replica of its rack', () => {
    const cluster = new TestCluster([1, 2, 3], config, racks);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.run(1_000);
    cluster.holds = (call) => call.from === 2;
    cluster.produce(1, 't', ['a'], 1);
    cluster.run(1_000);
    expect(preferred(cluster, 'west')).toBe(3);
    expect(preferred(cluster, 'east')).toBe(-1);
    expect(preferred(cluster, '')).toBe(-1);
    expect(preferred(cluster, 'north')).toBe(-1);
  });

  test('a consumer that waits for its first answer is sent away at once', () => {
    const cluster = new TestCluster([1, 2, 3], config, racks);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.run(1_000);
    const answer = cluster.fetch(1, {
      maxWaitMs: 500,
      minBytes: 1,
      rackId: 'west',
      topics: ask('t', { partition: 0 }),
    });
    expect(answer.ended).toBe('answered');
  });

  test('replicas outside the ISR, fenced, or without the offset are not chosen (L8)', () => {
    const cluster = new TestCluster([1, 2, 3], config, racks);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.run(1_000);
    expect(preferred(cluster, 'west')).toBe(3);
    cluster.fence(3);
    cluster.publish();
    expect(preferred(cluster, 'west')).toBe(2);
    cluster.holds = (call) => call.from !== 1;
    cluster.change('t', { isr: [1, 3] });
    cluster.publish(1);
    expect(preferred(cluster, 'west')).toBe(-1);
    cluster.unfence(3);
    cluster.publish(1);
    expect(preferred(cluster, 'west')).toBe(3);
    cluster.produce(1, 't', ['a'], 1);
    expect(preferred(cluster, 'west', 1)).toBe(-1);
  });

  test('a follower serves up to its own high watermark, and wakes who waits there', () => {
    const cluster = new TestCluster([1, 2, 3], config, racks);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.run(1_000);
    const answer = cluster.fetch(2, {
      maxWaitMs: 9_000,
      minBytes: 1,
      rackId: 'west',
      topics: ask('t', { partition: 0 }),
    });
    cluster.produce(1, 't', ['a']);
    cluster.run(0);
    expect(cluster.broker(2).log('t').logEndOffset).toBe(1);
    // 2 learns with its next answer that 'a' is replicated.
    expect(answer.ended).toBe('not yet');
    cluster.run(1_000);
    expect(valuesIn(answer.body?.responses[0]?.partitions[0]?.records ?? null)).toEqual(['a']);
  });

  test('a follower sends nobody away: only the leader knows how far the others are (KAFKA-13778)', () => {
    const cluster = new TestCluster([1, 2, 3], config, racks);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    for (const rack of ['east', 'west', 'north']) {
      const read = cluster.consume(2, 't', 0, rack).responses[0]?.partitions[0];
      expect(read?.preferredReadReplica).toBe(-1);
      expect(valuesIn(read?.records ?? null)).toEqual(['a']);
    }
  });

  test('without a selector the leader serves everybody', () => {
    const cluster = new TestCluster([1, 2, 3], {}, racks);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.run(1_000);
    expect(preferred(cluster, 'west')).toBe(-1);
  });

  test('a consumer older than the rack reads from leaders only', () => {
    const cluster = new TestCluster([1, 2], config, racks);
    cluster.createTopic('t', [1, 2]);
    const topics = [{ topic: 't', partitions: [{ partition: 0, partitionMaxBytes: 100 }] }];
    expect(cluster.fetch(2, { topics }, 10).body?.responses[0]?.partitions[0]?.errorCode).toBe(
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
    );
  });
});

import { describe, expect, test } from 'vitest';
import { ApiKey, ErrorCode, type FetchRequest } from '../../../engine/wire/index.ts';
import { TestCluster, topicIdOf, valuesIn } from './cluster.ts';

describe('high watermark', () => {
  test('stands still under min ISR even for acks=1, and nobody reads beyond it (R18)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2], { isr: [1], minIsr: 2 });
    cluster.holds = (call) => call.from === 2;
    cluster.broker(2).crash();
    const answer = cluster.produce(1, 't', ['a'], 1);
    expect(answer.body?.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE);
    expect(cluster.broker(1).log('t').highWatermark).toBe(0);
    expect(valuesIn(cluster.consume(1, 't', 0).responses[0]?.partitions[0]?.records ?? null)).toEqual([]);
    expect(cluster.broker(1).probes).toContain('high watermark held under min ISR');
    cluster.holds = () => false;
    cluster.broker(2).restart();
    cluster.publish();
    cluster.run(2_000);
    expect(cluster.broker(1).log('t').highWatermark).toBe(1);
  });

  test('a minimum above the number of replicas means all of them', () => {
    const cluster = new TestCluster([1]);
    cluster.createTopic('t', [1], { minIsr: 2 });
    const answer = cluster.produce(1, 't', ['a']);
    expect(answer.body?.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE);
  });

  test('a diverging follower takes no high watermark from its leader before it has truncated (R10)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    cluster.broker(2).crash();
    cluster.produce(1, 't', ['x'], 1);
    cluster.produce(1, 't', ['y'], 1);
    cluster.broker(1).crash();
    cluster.elect('t', 2, [2]);
    cluster.broker(2).restart();
    cluster.publish();
    for (const value of ['b', 'c', 'd']) cluster.produce(2, 't', [value], 1);
    expect(cluster.broker(2).log('t').highWatermark).toBe(4);
    cluster.broker(1).restart();
    cluster.publish();
    cluster.run(3_000);
    let truncated = false;
    for (const fact of cluster.broker(1).facts) {
      if (fact.fact === 'log truncated') truncated = true;
      if (fact.fact === 'high watermark advanced' && fact.leaderEpoch === 1) expect(truncated).toBe(true);
    }
    expect(truncated).toBe(true);
    expect(cluster.broker(1).log('t').highWatermark).toBe(4);
  });

  test('a diverging fetch does not count for its follower (R11)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    cluster.broker(2).crash();
    for (const value of ['x', 'y', 'z']) cluster.produce(1, 't', [value], 1);
    cluster.broker(1).crash();
    cluster.elect('t', 2, [1, 2]);
    cluster.broker(2).restart();
    // 2 leads; 1 comes back with a longer log of another history, and fetches once.
    cluster.publish();
    cluster.produce(2, 't', ['b'], 1);
    cluster.broker(1).restart();
    let fetches = 0;
    cluster.holds = (call) => call.from === 1 && call.stage === 'response' && (fetches += 1) > 0;
    cluster.publish();
    expect(cluster.broker(2).probes).toContain('diverging epoch answered');
    expect(cluster.broker(2).log('t').highWatermark).toBeLessThan(2);
    cluster.holds = () => false;
    cluster.run(2_000);
    expect(cluster.broker(2).log('t').highWatermark).toBe(2);
  });

  test('waits for a caught-up follower that may join, not for one that may not (L1)', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    // 3 shuts down under control: out of the ISR, caught up until now, and it fetches no more.
    cluster.shutDownControlled(3);
    cluster.change('t', { isr: [1, 2] });
    cluster.publish();
    cluster.holds = (call) => call.from === 3;
    const answer = cluster.produce(1, 't', ['b']);
    cluster.run(1_000);
    expect(answer.body?.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE);
  });

  test('a follower moves its own as far as its leader and its log go', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    expect(cluster.broker(2).log('t').highWatermark).toBe(1);
  });

  test('a fetch in an older leader epoch moves nothing (R4)', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    cluster.elect('t', 2, [1, 2, 3]);
    cluster.publish(1, 2);
    cluster.run(500);
    cluster.elect('t', 1, [1, 2, 3]);
    // 3 has heard of neither election and fetches from 1 in epoch 0.
    cluster.holds = (call) => call.from === 2;
    cluster.publish(1, 2);
    cluster.produce(1, 't', ['b'], 1);
    cluster.run(5_000);
    expect(cluster.broker(3).log('t').logEndOffset).toBe(1);
    expect(cluster.broker(1).log('t').highWatermark).toBe(1);
    cluster.holds = () => false;
    cluster.publish();
    cluster.run(5_000);
    expect(cluster.broker(1).log('t').highWatermark).toBe(2);
  });

  test('consumers are told where a moved leader is', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    const partitions = [{ partition: 0, fetchOffset: 0, currentLeaderEpoch: 0, partitionMaxBytes: 100 }];
    const body = { maxWaitMs: 0, topics: [{ topicId: topicIdOf('t'), partitions }] };
    cluster.elect('t', 2, [1, 2]);
    cluster.publish();
    const told = cluster.fetch(1, body).body;
    expect(told?.responses[0]?.partitions[0]).toMatchObject({
      errorCode: ErrorCode.FENCED_LEADER_EPOCH,
      currentLeader: { leaderId: 2, leaderEpoch: 1 },
    });
    expect(told?.nodeEndpoints).toEqual([{ nodeId: 2, host: 'b2', port: 9092, rack: null }]);
    const produced = cluster.produce(1, 't', ['a'], 1).body;
    expect(produced?.responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: 2, leaderEpoch: 1 },
    });
    expect(produced?.nodeEndpoints).toHaveLength(1);
  });

  test('a follower names its epochs in every fetch', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.holds = (call) => call.apiKey === ApiKey.Fetch;
    cluster.createTopic('t', [1, 2]);
    const asked = (cluster.calls[0]!.body as FetchRequest).topics[0]?.partitions[0];
    expect(asked).toMatchObject({ currentLeaderEpoch: 0, lastFetchedEpoch: -1, fetchOffset: 0 });
  });
});

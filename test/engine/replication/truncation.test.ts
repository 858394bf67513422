import { describe, expect, test } from 'vitest';
import { ApiKey } from '../../../engine/wire/index.ts';
import { NO_EFFECTS, TestCluster, valuesIn } from './cluster.ts';

function all(cluster: TestCluster, id: number, topic = 't'): string[] {
  const log = cluster.broker(id).log(topic);
  return valuesIn([...log.batches(log.logStartOffset)]);
}

describe('truncation', () => {
  test('a follower that restarts with a stale high watermark keeps what its leader acknowledged (R1)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['m1']);
    cluster.run(1_000);
    cluster.broker(2).checkpointHighWatermarks();
    // m2 is in both logs and acknowledged, and 2's high watermark was never written down.
    const answer = cluster.produce(1, 't', ['m2']);
    cluster.run(1_000);
    expect(answer.body?.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);

    cluster.broker(2).crash();
    cluster.holds = (call) => call.apiKey === ApiKey.Fetch;
    cluster.broker(2).restart();
    cluster.publish(2);
    expect(cluster.broker(2).log('t').highWatermark).toBe(1);
    cluster.broker(1).crash();
    cluster.elect('t', 2, [2]);
    cluster.publish();
    expect(all(cluster, 2)).toEqual(['m1', 'm2']);
  });

  test('records of a leader that lost its disk cache do not survive beside those of its successor (R2)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['m1']);
    cluster.run(1_000);
    const early = cluster.broker(2).disk.copy();
    cluster.produce(1, 't', ['m2']);
    cluster.run(1_000);
    cluster.broker(1).checkpointHighWatermarks();
    cluster.broker(2).crash();
    cluster.broker(1).crash();

    // The power comes back: 2 has lost m2 and is elected first.
    cluster.broker(2).restart(early);
    cluster.elect('t', 2, [2]);
    cluster.publish();
    cluster.produce(2, 't', ['m3'], 1);
    cluster.broker(1).restart();
    cluster.publish();
    cluster.run(3_000);
    expect(all(cluster, 1)).toEqual(['m1', 'm3']);
    expect(all(cluster, 2)).toEqual(['m1', 'm3']);
    expect(cluster.broker(1).probes).toContain('follower truncated below its high watermark');
  });

  test('a follower walks back over epochs that its leader never saw (R3)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['common']);
    cluster.run(1_000);
    cluster.broker(1).crash();
    // 2 leads twice alone and writes in both epochs; nobody copies it.
    cluster.elect('t', 2, [2]);
    cluster.publish();
    cluster.produce(2, 't', ['lost-e1'], 1);
    cluster.elect('t', 2, [2]);
    cluster.publish();
    cluster.produce(2, 't', ['lost-e2'], 1);
    cluster.broker(2).crash();
    // 1 leads in epoch 3 from its own log, and writes past 2's end.
    cluster.elect('t', 1, [1]);
    cluster.broker(1).restart();
    cluster.publish();
    cluster.produce(1, 't', ['kept1'], 1);
    cluster.produce(1, 't', ['kept2'], 1);
    cluster.produce(1, 't', ['kept3'], 1);
    cluster.broker(2).restart();
    cluster.publish();
    cluster.run(3_000);
    expect(all(cluster, 2)).toEqual(['common', 'kept1', 'kept2', 'kept3']);
    expect(cluster.broker(2).log('t').epochs.entries).toEqual(cluster.broker(1).log('t').epochs.entries);
  });

  test('an epoch of the leader that the follower never had is walked back past, too (R3)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['common']);
    cluster.run(1_000);
    const leadAlone = (id: number, values: readonly string[]) => {
      cluster.elect('t', id, [id]);
      cluster.broker(id).restart();
      cluster.publish();
      for (const value of values) cluster.produce(id, 't', [value], 1);
      cluster.broker(id).crash();
    };
    cluster.broker(1).crash();
    cluster.broker(2).crash();
    // 1: common | e2 k k k k k | e4 z        2: common | e1 x | e3 y
    leadAlone(2, ['x']);
    leadAlone(1, ['k', 'k', 'k', 'k', 'k']);
    leadAlone(2, ['y']);
    leadAlone(1, ['z']);
    cluster.broker(1).restart();
    cluster.broker(2).restart();
    cluster.publish();
    cluster.run(3_000);
    expect(all(cluster, 2)).toEqual(['common', 'k', 'k', 'k', 'k', 'k', 'z']);
  });

  test('a leader change that comes back to the same leader still makes its follower truncate (R7)', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.createTopic('t', [1, 2, 3]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    cluster.broker(1).checkpointHighWatermarks();
    // 3 has a record of 1 that nobody else has.
    cluster.holds = (call) => call.from === 2;
    cluster.produce(1, 't', ['only-1-and-3'], 1);
    cluster.run(0);
    cluster.holds = () => true;
    expect(all(cluster, 3)).toEqual(['a', 'only-1-and-3']);
    // 2 leads, 1 follows it and truncates, 1 leads again: 3 hears all of it at once.
    cluster.elect('t', 2, [2]);
    cluster.publish(1, 2);
    cluster.holds = (call) => call.from === 3;
    cluster.produce(2, 't', ['b'], 1);
    cluster.run(3_000);
    expect(all(cluster, 1)).toEqual(['a', 'b']);
    cluster.elect('t', 1, [1, 2]);
    cluster.holds = () => false;
    cluster.publish();
    cluster.run(3_000);
    expect(all(cluster, 3)).toEqual(['a', 'b']);
  });

  test('a follower below its leader log start starts over there, and its high watermark with it (KAFKA-9491)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.holds = (call) => call.from === 2;
    cluster.createTopic('t', [1, 2], { isr: [1] });
    for (let n = 0; n < 5; n += 1) cluster.produce(1, 't', [`v${n}`], 1);
    cluster.broker(1).log('t').advanceLogStart(3, NO_EFFECTS);
    cluster.holds = () => false;
    cluster.run(3_000);
    const log = cluster.broker(2).log('t');
    expect(log.logStartOffset).toBe(3);
    expect(all(cluster, 2)).toEqual(['v3', 'v4']);
    expect(log.highWatermark).toBe(5);
    expect(cluster.broker(2).probes).toContain('follower started over at its leader log start');
  });

  test('a follower ahead of a leader that knows none of its epochs is cut to the leader end', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    const empty = cluster.broker(1).disk.copy();
    cluster.produce(1, 't', ['a']);
    cluster.produce(1, 't', ['b']);
    cluster.run(1_000);
    cluster.broker(1).crash();
    cluster.broker(2).crash();
    cluster.broker(1).checkpoint.clear();
    cluster.broker(1).restart(empty);
    cluster.elect('t', 1, [1]);
    cluster.publish();
    cluster.broker(2).restart();
    cluster.publish();
    cluster.run(3_000);
    expect(all(cluster, 2)).toEqual([]);
  });

  test('a divergence below the leader log start is answered out of range, and the follower starts over (L5)', () => {
    const cluster = new TestCluster([1, 2]);
    cluster.createTopic('t', [1, 2]);
    cluster.produce(1, 't', ['a']);
    cluster.run(1_000);
    cluster.broker(1).crash();
    cluster.elect('t', 2, [2]);
    cluster.publish();
    cluster.produce(2, 't', ['x'], 1);
    cluster.broker(2).crash();
    cluster.elect('t', 1, [1]);
    cluster.broker(1).restart();
    cluster.publish();
    for (let n = 0; n < 4; n += 1) cluster.produce(1, 't', [`k${n}`], 1);
    cluster.broker(1).log('t').advanceLogStart(4, NO_EFFECTS);
    cluster.broker(2).restart();
    cluster.publish();
    cluster.run(5_000);
    expect(all(cluster, 2)).toEqual(['k3']);
  });

  test('an offset that arrives after the partition left its fetcher changes nothing (R13)', () => {
    const cluster = new TestCluster([1, 2, 3]);
    cluster.holds = (call) => call.from === 2;
    cluster.createTopic('t', [1, 2, 3], { isr: [1, 3], partitions: 2 });
    for (let n = 0; n < 5; n += 1) cluster.produce(1, 't', [`v${n}`]);
    cluster.run(1_000);
    // The start of 1's log moves past 2's end; 2 asks for offsets, and the answer is slow. 3 still has everything.
    cluster.broker(1).log('t').advanceLogStart(3, NO_EFFECTS);
    cluster.holds = (call) => call.apiKey === ApiKey.ListOffsets || call.from === 3;
    cluster.run(100);
    expect(cluster.calls.some((call) => call.apiKey === ApiKey.ListOffsets)).toBe(true);
    cluster.elect('t', 3, [3]);
    cluster.publish(2, 3);
    cluster.holds = () => false;
    cluster.run(3_000);
    expect(all(cluster, 2)).toEqual(['v0', 'v1', 'v2', 'v3', 'v4']);
    expect(cluster.broker(2).probes).toContain('offset for a partition that left its fetcher ignored');
  });
});

import { describe, expect, it } from 'vitest';
import { runSmall } from './small-trial.ts';

/** Simulated seconds that a move of about a megabyte to two other brokers takes, at a rate or without. */
function moveUnder(throttle: number | undefined) {
  const rate = throttle === undefined ? {} : { throttle };
  const result = runSmall({
    cluster: {
      brokers: 5,
      controllers: 1,
      racks: 1,
      topics: [{ name: 't', partitions: 1, replicationFactor: 2, config: { 'min.insync.replicas': 1 } }],
      brokerConfig: { 'replica.fetch.max.bytes': 4_000 },
    },
    traffic: {
      producers: [
        {
          name: 'p1',
          topic: 't',
          config: { acks: 'all' },
          workload: { kind: 'synthetic', rate: 60, valueBytes: 400 },
        },
      ],
    },
    operations: [
      { at: '8s', do: 'reassign', topic: 't', partition: 0, replicas: [1, 2], ...rate },
      { at: '40s', do: 'reassign', topic: 't', partition: 0, replicas: [3, 4], ...rate },
    ],
    duration: '70s',
  });
  expect(result.violations).toEqual([]);
  const second = result.adminOperations[1]!;
  expect(second.outcome).toBe('done');
  return { seconds: (second.to! - second.from) / 1e6, probes: result.probes };
}

describe('a throttled reassignment (KIP-73)', () => {
  const free = moveUnder(undefined);
  // A megabyte has come by then, for each of two newcomers, and 30 KB/s more for each while they catch up.
  const bound = moveUnder(200_000);

  it('takes the time that its rate asks for, and completes', () => {
    expect(free.seconds).toBeLessThan(4);
    expect(bound.seconds).toBeGreaterThan(7);
    expect(bound.seconds).toBeLessThan(30);
  });

  it('is held back on both sides, and nobody is without one', () => {
    const held = ['throttled follower given nothing', 'throttled follower asks for nothing'];
    expect(held.map((probe) => free.probes[probe] ?? 0)).toEqual([0, 0]);
    expect(held.reduce((sum, probe) => sum + (bound.probes[probe] ?? 0), 0)).toBeGreaterThan(5);
  });
});

import { expect, it } from 'vitest';
import { parseScenario, type ScenarioInput } from '../../../scenarios/load/index.ts';
import { runTrial } from '../../../sim/cluster/index.ts';

/** Readers are away for longer than records are kept, and the first thing they see is what they had fetched before. */
const input: ScenarioInput = {
  name: 'short-retention',
  cluster: {
    brokers: 3,
    topics: [
      {
        name: 'orders',
        partitions: 1,
        replicationFactor: 3,
        config: { 'min.insync.replicas': 2, 'retention.ms': 2_000, 'segment.ms': 500 },
      },
    ],
    brokerConfig: { 'log.initial.task.delay.ms': 500, 'log.retention.check.interval.ms': 500 },
  },
  traffic: {
    producers: [
      { name: 'p1', topic: 'orders', workload: { kind: 'synthetic', rate: 100, valueBytes: 20, keys: 20 } },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [{ kind: 'pause', target: 'k1', at: '4s', until: '14s' }],
  duration: '16s',
};

it('what retention took before anybody read it is not lost, and what was fetched before was there', () => {
  const options = { seed: '1', codec: 'objects', datasets: new Map() } as const;
  const { allowed, probes, verdict, violations } = runTrial(parseScenario(input.name, input), options);
  expect(violations).toEqual([]);
  expect(allowed).toEqual([]);
  expect(verdict).toBe('pass');
  expect(Object.keys(probes)).toContain('position out of range is reset');
});

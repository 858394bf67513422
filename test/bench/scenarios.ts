import { parseScenario, type ScenarioInput } from '../../scenarios/load/index.ts';
import type { Scenario } from '../../sim/scenario/index.ts';

const topic = (partitions: number, config = {}) => ({
  name: 't',
  partitions,
  replicationFactor: 3,
  config: { 'min.insync.replicas': 2, ...config },
});

function bench(name: string, rest: Omit<ScenarioInput, 'name'>): Scenario {
  return parseScenario(name, { name, ...rest });
}

/** Three brokers, three controllers, six partitions, nobody there. */
export const idle = bench('idle', {
  cluster: { brokers: 3, racks: 3, topics: [topic(6)] },
  traffic: { producers: [] },
  duration: '10m',
});

/** A hundred records a second, a consumer, and a fault every so often: twelve in five minutes. */
export function drillOf(minutes: number, config = {}): Scenario {
  return bench('drill', {
    cluster: { brokers: 3, racks: 3, topics: [topic(6, config)] },
    traffic: {
      producers: [
        { name: 'p1', topic: 't', workload: { kind: 'synthetic', rate: 100, valueBytes: 100, keys: 100 } },
      ],
      consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
    },
    randomFaults: {
      count: Math.round((12 * minutes) / 5),
      kinds: ['kill', 'power-loss', 'isolate', 'pause', 'disk-stall'],
    },
    duration: `${minutes}m`,
  });
}

export const drill = drillOf(5);

/** As many brokers as a scenario may have, ten thousand partitions, light load, a broker lost on the way. */
export const scale = bench('scale', {
  cluster: {
    brokers: 100,
    racks: 3,
    topics: Array.from({ length: 10 }, (_, i) => ({ ...topic(1_000), name: `t${i}` })),
  },
  traffic: {
    producers: [
      { name: 'p1', topic: 't0', workload: { kind: 'synthetic', rate: 100, valueBytes: 100, keys: 100 } },
    ],
  },
  faults: [{ kind: 'kill', at: '20s', until: '35s', target: 'b2' }],
  duration: '1m',
});

/** A thousand records of 1 KiB a second, acks=all. */
export const steady = bench('steady', {
  cluster: { brokers: 3, racks: 3, topics: [topic(6)] },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 't',
        config: { 'linger.ms': 5 },
        workload: { kind: 'synthetic', rate: 1_000, valueBytes: 1_024 },
      },
    ],
    consumers: [{ name: 'k1', topic: 't', config: { 'auto.offset.reset': 'earliest' } }],
  },
  duration: '1m',
});

/** 8 KiB batches as fast as they go. */
export const saturate = bench('saturate', {
  cluster: { brokers: 3, racks: 3, topics: [topic(6)] },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 't',
        config: { 'batch.size': 8_192, 'linger.ms': 1 },
        workload: { kind: 'synthetic', rate: 200_000, arrivals: 'uniform', valueBytes: 100 },
      },
    ],
  },
  duration: '2s',
});

/** A hundred members, five of which are stopped and started, one after another: ten rebalances. */
export function groupOf100(protocol: 'classic' | 'consumer'): Scenario {
  return bench(`group-${protocol}`, {
    cluster: { brokers: 3, racks: 3, topics: [topic(200)] },
    traffic: {
      producers: [
        { name: 'p1', topic: 't', workload: { kind: 'synthetic', rate: 100, valueBytes: 100, keys: 100 } },
      ],
      consumers: [
        {
          name: 'k',
          topic: 't',
          members: 100,
          commit: 'sync',
          config: { 'group.id': 'g', 'group.protocol': protocol, 'auto.offset.reset': 'earliest' },
        },
      ],
    },
    faults: Array.from({ length: 5 }, (_, i) => ({
      kind: 'stop' as const,
      target: `k-${1 + 20 * i}`,
      at: `${10 + 20 * i}s`,
      until: `${20 + 20 * i}s`,
    })),
    duration: '115s',
  });
}

/** Transactions of ten records as fast as one producer makes them. */
export const transactional = bench('transactional', {
  cluster: { brokers: 3, racks: 3, topics: [topic(6)] },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 't',
        config: { 'transactional.id': 'x', 'linger.ms': 1 },
        transactions: { records: 10 },
        workload: { kind: 'synthetic', rate: 0, valueBytes: 100 },
      },
    ],
    consumers: [
      {
        name: 'k1',
        topic: 't',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
      },
    ],
  },
  duration: '20s',
});

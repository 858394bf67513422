import { scenario } from '../load/index.ts';

export default scenario({
  name: 'min-isr-1-power-loss',
  title:
    'min.insync.replicas is 1: acks=all is answered by a leader alone, and its power loss takes the answer back.',
  why: 'acks=all waits for the in-sync replicas, however few they are. With the default min.insync.replicas of 1 that may be the leader only. Followers fall behind, the ISR shrinks to one, and acknowledged records rest on one page cache.',
  lookFor:
    'Records acknowledged by a leader alone are lost with its power, named, and allowed by the configuration.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 1 } }],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        config: { acks: 'all', 'linger.ms': 0 },
        workload: { kind: 'synthetic', rate: 100, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'isolate', target: 'follower:orders-0', at: '5s', until: '55s' },
    { kind: 'isolate', target: 'follower:orders-0', at: '18s', until: '50s' },
    { kind: 'power-loss', target: 'leader:orders-0', at: '35s', until: '40s' },
  ],
  duration: '70s',
  expect: {
    mayLoseAcknowledged: true,
    mayLoseReplicated: true,
    consumersReadAll: false,
    probes: ['crash: power lost'],
  },
});

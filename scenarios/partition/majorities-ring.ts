import { scenario } from '../load/index.ts';

export default scenario({
  name: 'majorities-ring',
  title: 'Every node hears a majority, and no two the same one.',
  why: 'The partition that breaks protocols which count votes without looking at who counts whom: each node can reach a majority, but the majorities overlap in different nodes. KRaft leaders resign when no majority fetches from them (KAFKA-15489), and pre-votes keep the disconnected from dethroning them (KIP-996).',
  lookFor:
    'At most one active controller an epoch, few epochs while the ring stands, and full ISRs soon after it is healed.',
  cluster: {
    brokers: 5,
    controllers: 5,
    racks: 5,
    topics: [{ name: 'orders', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        config: { acks: 'all' },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'majorities-ring', among: 'brokers', salt: 1, at: '8s', until: '24s' },
    { kind: 'majorities-ring', among: 'controllers', salt: 2, at: '36s', until: '50s' },
  ],
  duration: '65s',
  expect: { probes: ['fault: majorities-ring'] },
});

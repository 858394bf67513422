import { scenario } from '../load/index.ts';

export default scenario({
  name: 'torn-tail-recovery',
  title: 'Power losses tear the tails of logs; recovery cuts them, replication fills them again.',
  why: 'Segment data is never synced on append: after a power loss each page of the tail is kept, dropped, torn at a sector or garbage. Recovery scans from the recovery point, checks every batch’s CRC and cuts at the first bad one; what is cut must be with the others.',
  lookFor:
    'Count of log recovery cut a torn tail, and that after each recovery the follower truncates or fetches to the same bytes as its leader. All three replicas are identical at the end.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        config: { acks: 'all', 'linger.ms': 0 },
        workload: { kind: 'synthetic', rate: 100, valueBytes: 600, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'power-loss', target: 'leader:orders-0', at: '8s', until: '12s' },
    { kind: 'power-loss', target: 'follower:orders-0', at: '30s', until: '33s' },
    { kind: 'power-loss', target: 'leader:orders-1', at: '50s', until: '54s' },
    { kind: 'power-loss', target: 'leader:orders-2', at: '72s', until: '76s' },
  ],
  duration: '95s',
  expect: { probes: ['crash: power lost', 'log recovery cut a torn tail'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'leader-power-loss-transactions',
  title: 'Leaders lose power under a producer that writes in transactions.',
  why: 'A transaction spans partitions whose leaders fail one by one. Each of them must come back with what the transaction had written there or make the whole of it fail, and the producer retries batches that may have been appended before.',
  lookFor:
    'All or nothing: what the producer was told is committed is read once and whole, and what was aborted is not read. The last stable offset stands while a leader is away, and moves on when the markers are written.',
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
        config: { 'transactional.id': 't1' },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
        transactions: { records: 10, abortPercent: 10 },
      },
    ],
    consumers: [
      {
        name: 'k1',
        topic: 'orders',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
      },
    ],
  },
  faults: [
    { kind: 'power-loss', target: 'leader:orders-0', at: '8s', until: '18s' },
    { kind: 'power-loss', target: 'leader:orders-1', at: '32s', until: '42s' },
  ],
  duration: '54s',
  expect: { probes: ['crash: power lost', 'partition leader elected'] },
});

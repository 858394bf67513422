import { scenario } from '../load/index.ts';

export default scenario({
  name: 'transaction-coordinator-failover',
  title: 'The coordinator of a transactional producer dies, in whatever state its transaction is.',
  why: 'The coordinator writes to __transaction_state that it is about to commit, then the markers, then that it is done. Whoever takes over finds one of the three, and must carry out what was decided, and nothing that was not.',
  lookFor:
    'The producer finds the next coordinator. A decided transaction is completed there by the second set of markers if need be; a read_committed consumer sees no half of it, and none twice.',
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
        transactions: { records: 5, abortPercent: 10 },
      },
      {
        name: 'p2',
        topic: 'orders',
        config: { 'transactional.id': 't2' },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
        transactions: { records: 5, abortPercent: 0 },
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
    { kind: 'kill', target: 'transaction-coordinator:t1', at: '6s', until: '14s' },
    { kind: 'power-loss', target: 'transaction-coordinator:t1', at: '26s', until: '34s' },
    { kind: 'pause', target: 'transaction-coordinator:t1', at: '46s', until: '58s' },
  ],
  duration: '68s',
  expect: { probes: ['fault: kill', 'crash: power lost', 'fault: pause', 'partition leader elected'] },
});

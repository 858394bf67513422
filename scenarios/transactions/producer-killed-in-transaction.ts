import { scenario } from '../load/index.ts';

export default scenario({
  name: 'producer-killed-in-transaction',
  title: 'A producer dies in the middle of its transaction, for good: it is aborted when its time is over.',
  why: 'Nobody but the coordinator can end what a dead producer began, and until it does, every read_committed consumer of those partitions waits, whoever wrote the records behind. transaction.timeout.ms says how long the dead may hold up the living.',
  lookFor:
    'The last stable offset stands still from the crash until the time-out and the coordinator’s next look (at most 10 s later), then jumps. The second producer’s records are read then; nothing of the open transaction ever is.',
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
        config: { 'transactional.id': 't1', 'transaction.timeout.ms': 8_000 },
        workload: { kind: 'synthetic', rate: 40, valueBytes: 200, keys: 50 },
        transactions: { records: 200, abortPercent: 0 },
      },
      {
        name: 'p2',
        topic: 'orders',
        config: { 'transactional.id': 't2' },
        workload: { kind: 'synthetic', rate: 40, valueBytes: 200, keys: 50 },
        transactions: { records: 5, abortPercent: 0 },
      },
    ],
    consumers: [
      {
        name: 'k1',
        topic: 'orders',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
      },
      {
        name: 'k2',
        topic: 'orders',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_uncommitted' },
      },
    ],
  },
  faults: [{ kind: 'client-crash', target: 'p1', at: '8s', until: '44s' }],
  duration: '56s',
  expect: { probes: ['fault: client-crash', 'transactions: timed out'] },
});

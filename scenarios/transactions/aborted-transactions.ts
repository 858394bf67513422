import { scenario } from '../load/index.ts';

export default scenario({
  name: 'aborted-transactions',
  title:
    'Of a hundred transactions forty are taken back; one consumer reads what is committed, the other everything.',
  why: 'Aborted records stay in the log, between the committed ones. Whether they are seen is up to each consumer: the broker sends the list of aborted transactions along, and the consumer leaves them out.',
  lookFor:
    'The read_committed consumer reads every committed record and not one aborted. The other reads both, ahead of the last stable offset. Their positions end at the same offset.',
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
        transactions: { records: 8, abortPercent: 40 },
      },
      {
        name: 'p2',
        topic: 'orders',
        config: { 'transactional.id': 't2' },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
        transactions: { records: 3, abortPercent: 40 },
      },
      {
        name: 'p3',
        topic: 'orders',
        config: { acks: 'all' },
        workload: { kind: 'synthetic', rate: 30, valueBytes: 200, keys: 50 },
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
  faults: [{ kind: 'kill', target: 'leader:orders-0', at: '15s', until: '24s' }],
  duration: '36s',
  expect: { probes: ['fault: kill', 'partition leader elected'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'delayed-end-txn-tv2',
  title:
    'An EndTxn is held up as in delayed-end-txn-tv1; the epoch that each transaction has of its own keeps it out.',
  why: 'Since KIP-890 (TV2) the coordinator raises the epoch with each EndTxn, and hands the new one out in its answer. A late EndTxn is one of an epoch that is over, and is fenced, or is known as the repetition of what was done.',
  lookFor:
    'The same delays as in delayed-end-txn-tv1, and no aborted record is ever shown, in any seed. Late calls answer with an error, or with what was decided.',
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
        config: { 'transactional.id': 't1', 'request.timeout.ms': 1_000, 'delivery.timeout.ms': 60_000 },
        workload: { kind: 'synthetic', rate: 20, valueBytes: 200, keys: 50 },
        transactions: { records: 15, abortPercent: 30 },
      },
      {
        name: 'p2',
        topic: 'orders',
        config: { 'transactional.id': 't2', 'request.timeout.ms': 1_000, 'delivery.timeout.ms': 60_000 },
        workload: { kind: 'synthetic', rate: 20, valueBytes: 200, keys: 50 },
        transactions: { records: 15, abortPercent: 30 },
      },
      {
        name: 'p3',
        topic: 'orders',
        config: { 'transactional.id': 't3', 'request.timeout.ms': 1_000, 'delivery.timeout.ms': 60_000 },
        workload: { kind: 'synthetic', rate: 20, valueBytes: 200, keys: 50 },
        transactions: { records: 15, abortPercent: 30 },
      },
      {
        name: 'p4',
        topic: 'orders',
        config: { 'transactional.id': 't4', 'request.timeout.ms': 1_000, 'delivery.timeout.ms': 60_000 },
        workload: { kind: 'synthetic', rate: 20, valueBytes: 200, keys: 50 },
        transactions: { records: 15, abortPercent: 30 },
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
    {
      kind: 'long-tail',
      from: 'p1',
      to: 'transaction-coordinator:t1',
      oneIn: 25,
      delay: '4s',
      at: '4s',
      until: '54s',
    },
    {
      kind: 'long-tail',
      from: 'p2',
      to: 'transaction-coordinator:t2',
      oneIn: 25,
      delay: '4s',
      at: '4s',
      until: '54s',
    },
    {
      kind: 'long-tail',
      from: 'p3',
      to: 'transaction-coordinator:t3',
      oneIn: 25,
      delay: '4s',
      at: '4s',
      until: '54s',
    },
    {
      kind: 'long-tail',
      from: 'p4',
      to: 'transaction-coordinator:t4',
      oneIn: 25,
      delay: '4s',
      at: '4s',
      until: '54s',
    },
  ],
  duration: '60s',
  expect: { probes: ['fault: long-tail', 'request timed out'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'delayed-end-txn-tv1',
  title: 'An EndTxn is held up in the network, is sent again, and arrives when the next transaction is open.',
  why: 'Under the first protocol of transactions (TV1) all transactions of a producer have one epoch, and nothing in an EndTxn says which of them it ends. One that was stuck on a connection long given up commits half of the transaction that is open when it arrives (KAFKA-17754). Most clients that are not Java still speak only this protocol.',
  lookFor:
    'Answers that do not come within request.timeout.ms, the same call again on another connection, and later the first one. In most seeds readers are shown half of a transaction that its producer takes back: known, named and allowed, as no broker of this protocol can tell. Compare delayed-end-txn-tv2.',
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
  operations: [
    { do: 'update-feature', feature: 'transaction.version', level: 1, kind: 'safe-downgrade', at: '0s' },
  ],
  duration: '60s',
  expect: { probes: ['fault: long-tail', 'request timed out'] },
});

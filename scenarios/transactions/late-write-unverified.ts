import { scenario } from '../load/index.ts';

export default scenario({
  name: 'late-write-unverified',
  title:
    'A write of a transaction is held up in the network and arrives after the transaction was aborted; nobody verifies it.',
  why: 'Before KIP-890, and with transaction.partition.verification.enable set to false, a leader takes whatever comes in the current epoch. What comes late begins a transaction of which no coordinator knows, and nobody will end it: readers of what is committed stand still for good. Or the next transaction of the producer has the partition too, and its commit shows what was taken back.',
  lookFor:
    'The same jams as in late-write-verified. In most seeds a late batch stands in the log: read although its transaction was aborted (G1a), in the place of another, or at the head of a transaction that hangs, with the last stable offset before it. Each is told as what this configuration allows; a run without any was lucky.',
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
        config: { 'transactional.id': 't1', 'request.timeout.ms': 2_000, 'delivery.timeout.ms': 3_000 },
        workload: { kind: 'synthetic', rate: 40, valueBytes: 200, keys: 50 },
        transactions: { records: 10, abortPercent: 60 },
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
    ],
  },
  faults: [
    // Nobody begins before the old protocol is in force.
    { kind: 'client-crash', target: 'p1+p2', at: '0s', until: '4s' },
    { kind: 'clog', from: 'p1', to: 'leader:orders-0', at: '10s', until: '16s' },
    { kind: 'clog', from: 'p1', to: 'leader:orders-1', at: '24s', until: '30s' },
  ],
  operations: [
    {
      do: 'alter-broker-config',
      broker: null,
      set: { 'transaction.partition.verification.enable': false },
      at: '0s',
    },
    {
      do: 'update-feature',
      feature: 'transaction.version',
      level: 1,
      kind: 'safe-downgrade',
      at: '0s',
    },
  ],
  duration: '44s',
  expect: {
    probes: ['fault: clog', 'network: jam released', 'batch expired'],
    // What comes late opens transactions of nobody, is committed by the next one, or stands where others were.
    allowed: [
      'NoHangingTransaction',
      'CommittedReads',
      'ProducerSequences',
      'G1a',
      'lost-write',
      'late',
      'poll-skip',
    ],
    consumersReadAll: false,
  },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'compacted-transactions',
  title: 'Transactions write to a compacted topic, every third is taken back, and brokers die on the way.',
  why: 'What an aborted transaction wrote supersedes nothing, and goes whether its key has a later value or not; the markers stay as long as anything of their transactions, and the last batch of each producer stays even without records, or its next write would be taken for a stranger’s (KAFKA-5490, KAFKA-8335). The cleaner never goes above the last stable offset.',
  lookFor:
    'Cleaned logs hold no aborted record, and a last value that was committed before an aborted one is still there. After each restart, producers go on from their last sequence, and the last stable offset moves.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [
      {
        name: 'accounts',
        partitions: 2,
        replicationFactor: 3,
        config: {
          'min.insync.replicas': 2,
          'cleanup.policy': 'compact',
          'segment.ms': 1_500,
          'min.cleanable.dirty.ratio': 0.1,
          'delete.retention.ms': 20_000,
        },
      },
    ],
    brokerConfig: { 'log.cleaner.backoff.ms': 1_000 },
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'accounts',
        config: { 'transactional.id': 't1' },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 80, keys: 600, tombstonePercent: 10 },
        transactions: { records: 6, abortPercent: 35 },
      },
      {
        name: 'p2',
        topic: 'accounts',
        config: { 'transactional.id': 't2' },
        workload: { kind: 'synthetic', rate: 30, valueBytes: 80, keys: 40 },
        transactions: { records: 3, abortPercent: 35 },
      },
      {
        name: 'p3',
        topic: 'accounts',
        config: { acks: 'all' },
        workload: { kind: 'synthetic', rate: 20, valueBytes: 80, keys: 40 },
      },
    ],
    consumers: [
      {
        name: 'k1',
        topic: 'accounts',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
      },
      {
        name: 'k2',
        topic: 'accounts',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_uncommitted' },
      },
      {
        name: 'k3',
        topic: 'accounts',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
      },
    ],
  },
  faults: [
    { kind: 'kill', target: 'k3', at: '2s', until: '50s' },
    { kind: 'kill', target: 'p2', at: '14s', until: '40s' },
    { kind: 'power-loss', target: 'leader:accounts-0', at: '18s', until: '22s' },
    { kind: 'wipe', target: 'follower:accounts-0', at: '28s', until: '32s' },
    { kind: 'kill', target: 'leader:accounts-1', at: '44s', until: '47s' },
    { kind: 'power-loss', target: 'leader:accounts-0', at: '54s', until: '58s' },
  ],
  duration: '66s',
  expect: {
    probes: ['crash: power lost', 'fault: wipe', 'log segments compacted', 'partition leader elected'],
  },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'compaction-power-loss',
  title:
    'Brokers that clean their logs all the time lose power, one after the other, just when their disks are slow.',
  why: 'A cleaner copies segments, makes the copies durable, and then renames: .cleaned to .swap, the old ones away, .swap to the final name. A power loss between any two of these leaves a directory that a boot must read as one state or the other: never both, never neither (KAFKA-6264, KAFKA-12520). What was not synced in the directory may be undone.',
  lookFor:
    'Recoveries after each power loss, and logs that are the same record by record on every replica but for what a cleaner took. No key has lost its last value, and none that was taken has come back.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [
      {
        name: 'accounts',
        partitions: 4,
        replicationFactor: 3,
        config: {
          'min.insync.replicas': 2,
          'cleanup.policy': 'compact',
          'segment.ms': 600,
          'min.cleanable.dirty.ratio': 0.05,
          'file.delete.delay.ms': 500,
        },
      },
      {
        name: 'sessions',
        partitions: 1,
        replicationFactor: 3,
        config: {
          'min.insync.replicas': 2,
          'cleanup.policy': 'compact,delete',
          'segment.ms': 600,
          'min.cleanable.dirty.ratio': 0.05,
          'retention.ms': 12_000,
        },
      },
    ],
    brokerConfig: { 'log.cleaner.backoff.ms': 300 },
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'accounts',
        config: { acks: 'all', 'linger.ms': 20 },
        workload: { kind: 'synthetic', rate: 150, valueBytes: 60, keys: 30, tombstonePercent: 5 },
      },
      {
        name: 'p2',
        topic: 'sessions',
        config: { acks: 'all', 'linger.ms': 20 },
        workload: { kind: 'synthetic', rate: 40, valueBytes: 60, keys: 10 },
      },
    ],
    consumers: [
      { name: 'k1', topic: 'accounts', config: { 'auto.offset.reset': 'earliest' } },
      { name: 'k2', topic: 'sessions', config: { 'auto.offset.reset': 'earliest' } },
    ],
  },
  faults: [
    ...['b1', 'b2', 'b3', 'b2', 'b1'].flatMap((target, i) => [
      { kind: 'disk-slow' as const, target, delay: '300ms', at: `${6 + 11 * i}s`, until: `${8 + 11 * i}s` },
      { kind: 'power-loss' as const, target, at: `${8 + 11 * i}s`, until: `${11 + 11 * i}s` },
    ]),
  ],
  duration: '65s',
  expect: {
    probes: ['crash: power lost', 'log segments compacted', 'log segments deleted by retention'],
  },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'compaction-power-loss',
  title: 'Brokers that clean their logs every second lose power, again and again, some with slow disks.',
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
          'retention.ms': 25_000,
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
    { kind: 'disk-slow', target: 'b2', delay: '30ms', at: '5s', until: '50s' },
    { kind: 'power-loss', target: 'b1', at: '8s', until: '11s' },
    { kind: 'power-loss', target: 'b2', at: '19s', until: '22s' },
    { kind: 'power-loss', target: 'b3', at: '30s', until: '33s' },
    { kind: 'power-loss', target: 'b2', at: '41s', until: '44s' },
    { kind: 'power-loss', target: 'b1', at: '52s', until: '55s' },
  ],
  duration: '65s',
  expect: { probes: ['crash: power lost', 'log segments compacted'] },
});

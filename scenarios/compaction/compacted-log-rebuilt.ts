import { scenario } from '../load/index.ts';

export default scenario({
  name: 'compacted-log-rebuilt',
  title:
    'A follower of compacted logs comes back with an empty disk, fetches what is left of them, and then leads.',
  why: 'A compacted log has holes where records were superseded, and batches without records. Who joins late fetches it as it is now: its copy is another one than those of the replicas that saw every record, with the same offsets and the same last value of each key. Tables, changelogs and the coordinators of groups and transactions are restored from such copies.',
  lookFor:
    'After the wipes the replicas that were rebuilt have fewer bytes than the others had at the same offsets, and lead in the end. A consumer that joins then and begins at the earliest offset sees the last value of each key; a tombstone is kept for delete.retention.ms.',
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
          'segment.ms': 2_000,
          'min.cleanable.dirty.ratio': 0.2,
          'delete.retention.ms': 20_000,
        },
      },
    ],
    brokerConfig: { 'log.cleaner.backoff.ms': 2_000 },
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'accounts',
        config: { acks: 'all', 'linger.ms': 20 },
        workload: {
          kind: 'synthetic',
          rate: 120,
          valueBytes: 100,
          keys: 60,
          skew: 'zipf',
          tombstonePercent: 10,
        },
      },
    ],
    consumers: [
      { name: 'k1', topic: 'accounts', config: { 'auto.offset.reset': 'earliest' } },
      { name: 'k2', topic: 'accounts', config: { 'auto.offset.reset': 'earliest' } },
    ],
  },
  faults: [
    { kind: 'kill', target: 'k2', at: '2s', until: '52s' },
    { kind: 'wipe', target: 'follower:accounts-0', at: '14s', until: '18s' },
    { kind: 'wipe', target: 'follower:accounts-0', at: '30s', until: '34s' },
    { kind: 'kill', target: 'leader:accounts-0', at: '44s', until: '48s' },
    { kind: 'kill', target: 'leader:accounts-1', at: '56s', until: '60s' },
  ],
  duration: '70s',
  expect: { probes: ['fault: wipe', 'fault: kill', 'partition leader elected', 'log segments compacted'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'correlated-power-loss',
  title: 'Every broker loses power at the same instant: what acks=all without fsync really promises.',
  why: 'Kafka answers acks=all when every in-sync replica has the record in its page cache, not on its medium. Replication is its durability, and it rests on replicas not losing their page caches together. One breaker for all three racks is such a moment: a record that three brokers held can be gone from all of them.',
  lookFor:
    'Some seeds lose acknowledged records from the last seconds before the loss; they are listed, and allowed, since the schedule takes more replicas at once than Kafka promises to survive. What was written longer ago than the kernel’s write-back is never lost, and the three logs agree again at the end.',
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
        config: { acks: 'all', 'linger.ms': 0 },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [{ kind: 'power-loss', target: 'brokers', at: '20s', until: '30s' }],
  duration: '60s',
  expect: {
    mayLoseAcknowledged: true,
    mayLoseReplicated: true,
    consumersReadAll: false,
    probes: ['crash: power lost', 'partition leader elected'],
  },
});

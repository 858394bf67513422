import { scenario } from '../load/index.ts';

export default scenario({
  name: 'leader-power-loss-acks-1',
  title: 'The leader of a partition loses power under acks=1: some acknowledged records may be gone.',
  why: 'With acks=1 the leader answers as soon as it has appended. What its followers had not fetched at that moment dies with it, although the producer was told that it is safe. This is what the configuration says, not a fault of the engine; here it is counted and named.',
  lookFor:
    'Some seeds lose records between the followers’ last fetch and the power loss: they are listed as lost, allowed by the configuration. The returning leader truncates what nobody else has.',
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
        config: { acks: '1', 'linger.ms': 0 },
        workload: { kind: 'synthetic', rate: 1_000, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'power-loss', target: 'leader:orders-0', at: '5s', until: '17s' },
    { kind: 'power-loss', target: 'leader:orders-1', at: '35s', until: '45s' },
  ],
  duration: '55s',
  expect: { mayLoseAcknowledged: true, probes: ['crash: power lost', 'partition leader elected'] },
});

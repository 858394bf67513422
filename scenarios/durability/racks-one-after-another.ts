import { scenario } from '../load/index.ts';

export default scenario({
  name: 'racks-one-after-another',
  title: 'One rack after the other loses power.',
  why: 'What a data centre’s maintenance looks like when the breakers are thrown in turn. Each loss is one that three racks survive; what counts is that everything lost with one is replicated again before the next goes.',
  lookFor:
    'ISRs fill between two losses. Nothing is lost, although every broker has lost its page cache once.',
  cluster: {
    brokers: 6,
    racks: 3,
    topics: [{ name: 'orders', partitions: 6, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        config: { acks: 'all' },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    {
      kind: 'rolling-restart',
      target: 'brokers',
      how: 'power-loss',
      by: 'rack',
      down: '5s',
      gap: '22s',
      at: '6s',
      until: '90s',
    },
  ],
  duration: '100s',
  expect: { probes: ['fault: rolling-restart', 'crash: power lost'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'clock-stepping-back',
  title: 'Wall clocks jump back by an hour: a leader’s, then a controller’s, then a client’s.',
  why: 'Kafka stamps records, rolls segments and expires retention by the wall clock, and everything that decides who leads by the monotonic one. A step back must therefore disturb timestamps only: no session may expire, no epoch may move, nothing may be deleted early (KAFKA-5415 and KAFKA-8803 were such steps, in transactions).',
  lookFor:
    'No election and no ISR change after a step; timestamps that go back in the log while offsets go on; every record read in order of its offset.',
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
        config: { acks: 'all' },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'clock-step', target: 'leader:orders-0', by: '1h', backwards: true, at: '8s', until: '40s' },
    { kind: 'clock-step', target: 'controller-leader', by: '1h', backwards: true, at: '15s', until: '45s' },
    { kind: 'clock-step', target: 'p1', by: '1h', backwards: true, at: '25s', until: '50s' },
  ],
  duration: '60s',
  expect: { probes: ['fault: clock-step'] },
});

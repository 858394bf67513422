import { scenario } from '../load/index.ts';

export default scenario({
  name: 'reassignment-under-faults',
  title: 'Partitions move to other brokers, throttled, while their targets die and the controller changes.',
  why: 'A reassignment (KIP-455) is the longest-lived state that a controller keeps: old and new replicas together until the new ones are in the ISR, then the old ones leave. Each crash in between has to find it again. Two bugs of the past: completing early shrank the ISR below min.insync.replicas (KAFKA-15665), and asking for too much blocked it for ever (KAFKA-19975).',
  lookFor:
    'Replica sets grow to the union, and shrink only when the new replicas are in the ISR. Every move completes, none takes the ISR below what it was, nothing is lost.',
  cluster: {
    brokers: 5,
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
  operations: [
    { at: '6s', do: 'reassign', topic: 'orders', partition: 0, replicas: [4, 5, 1], throttle: 20_000 },
    { at: '22s', do: 'reassign', topic: 'orders', partition: 1, replicas: [5, 4, 2] },
    { at: '40s', do: 'reassign', topic: 'orders', partition: 2, replicas: [3, 4, 5], throttle: 10_000 },
  ],
  faults: [
    { kind: 'kill', target: 'b4', at: '9s', until: '16s' },
    { kind: 'kill', target: 'controller-leader', at: '24s', until: '32s' },
    { kind: 'isolate', target: 'leader:orders-1', at: '42s', until: '54s' },
  ],
  duration: '70s',
  expect: { probes: ['operation: reassign done', 'fault: kill', 'fault: isolate'] },
});

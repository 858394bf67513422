import { scenario } from '../load/index.ts';

export default scenario({
  name: 'disk-full',
  title: 'A broker’s disk fills up.',
  why: 'ENOSPC at an append is an I/O error like any other to Kafka: the log directory goes offline, and with its last directory the broker stops. Leadership moves; the broker comes back when there is space, recovers, and catches up.',
  lookFor:
    'The broker leaves in the middle of a segment; its torn tail is cut; nothing acknowledged is lost.',
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
    { kind: 'disk-full', target: 'leader:orders-0', at: '8s', until: '22s' },
    { kind: 'disk-full', target: 'follower:orders-0', at: '38s', until: '48s' },
  ],
  duration: '65s',
  expect: { probes: ['fault: disk-full', 'partition leader elected'] },
});

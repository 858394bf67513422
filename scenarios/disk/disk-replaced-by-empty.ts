import { scenario } from '../load/index.ts';

export default scenario({
  name: 'disk-replaced-by-empty',
  title: 'A broker comes back with its node id and an empty disk.',
  why: 'The disk died and was replaced: the machine is the same to everybody else, and knows nothing. It must not count for anything until it has caught up again: a late request of its former life could bring it into the ISR empty (KIP-903, KAFKA-14617), and with it every acknowledged record would be at risk.',
  lookFor:
    'A new directory id and a new broker epoch; every replica is fetched from its leader again; the ISR counts the broker only after that. Nothing is lost.',
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
    { kind: 'wipe', target: 'follower:orders-0', at: '8s', until: '14s' },
    { kind: 'wipe', target: 'leader:orders-1', at: '34s', until: '40s' },
  ],
  duration: '65s',
  expect: { probes: ['fault: wipe', 'partition leader elected'] },
});

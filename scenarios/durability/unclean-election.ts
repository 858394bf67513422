import { scenario } from '../load/index.ts';

export default scenario({
  name: 'unclean-election',
  title:
    'unclean.leader.election.enable: the partition comes back at once, and what only the old leader had is gone.',
  why: 'When nobody of the ISR is alive, Kafka waits for one who is, unless it was told to prefer availability: then any live replica leads, and the others truncate to it. The choice between waiting and losing, made per topic.',
  lookFor:
    'The time without a leader is short; the records acknowledged after the follower had left the ISR are lost, named, and allowed. The returning leader truncates its own tail.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [
      {
        name: 'orders',
        partitions: 3,
        replicationFactor: 3,
        config: { 'min.insync.replicas': 1, 'unclean.leader.election.enable': true },
      },
    ],
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
    { kind: 'isolate', target: 'follower:orders-0', at: '5s', until: '40s' },
    { kind: 'isolate', target: 'follower:orders-0', at: '18s', until: '42s' },
    { kind: 'kill', target: 'leader:orders-0', at: '36s', until: '60s' },
  ],
  duration: '75s',
  expect: {
    mayLoseAcknowledged: true,
    mayLoseReplicated: true,
    consumersReadAll: false,
    probes: ['fault: kill', 'controller: unclean leader elected'],
  },
});

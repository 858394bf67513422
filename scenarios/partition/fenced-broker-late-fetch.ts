import { scenario } from '../load/index.ts';

export default scenario({
  name: 'fenced-broker-late-fetch',
  title: 'A follower sleeps past its session and wakes: its late fetch must not bring it back into the ISR.',
  why: 'The controller fences the sleeper and takes it out of every ISR, but its leader learns that later, for its way to the controllers is slow. The first fetch after the sleep shows a follower that has caught up. Before KIP-841 and KIP-903 the leader proposed it and the controller took it: an ISR with a member that is fenced (KAFKA-13916), or that came back with an empty disk (KAFKA-14617).',
  lookFor:
    'The probe of a join refused to an ineligible replica, then, once the sleeper’s heartbeat has unfenced it, its real return.',
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
    {
      kind: 'slow-network',
      from: 'leader:orders-0',
      to: 'controllers',
      delay: '400ms',
      at: '5s',
      until: '60s',
    },
    { kind: 'pause', target: 'follower:orders-0', at: '8s', until: '20s' },
    { kind: 'pause', target: 'follower:orders-0', at: '35s', until: '47s' },
  ],
  duration: '65s',
  expect: {
    probes: [
      'fault: pause',
      'controller: broker session expired',
      'isr join refused to an ineligible replica',
    ],
  },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'controller-leader-loss',
  title: 'The active controller is killed, cut off and powered off in turn, while records flow.',
  why: 'The data path does not need the controller, until a leader must be replaced. A controller failover must neither stop produce and fetch nor lose a decision, and a broker that dies while nobody is in charge must still be replaced.',
  lookFor:
    'Three elections in the quorum, each by a controller that has every committed record. Throughput does not move at the first two. At the third a broker dies with the controller: its partitions wait for the new one.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 6, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
  },
  traffic: {
    producers: [
      { name: 'p1', topic: 'orders', workload: { kind: 'synthetic', rate: 300, valueBytes: 200, keys: 100 } },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'kill', target: 'controller-leader', at: '5s', until: '12s' },
    { kind: 'isolate', target: 'controller-leader', at: '20s', until: '32s' },
    { kind: 'power-loss', target: 'controller-leader', at: '40s', until: '50s' },
    { kind: 'kill', target: 'leader:orders-0', at: '40.5s', until: '50s' },
  ],
  duration: '65s',
  expect: { probes: ['crash: killed', 'crash: power lost', 'controller elected'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'planes-apart',
  title: 'The control plane is cut and the data plane works, then the other way round.',
  why: 'Brokers talk to controllers over other links than to each other and to clients. Without controllers a leader goes on serving with the ISR that it has, and cannot change it; without its peers a broker looks alive to the controllers while nothing replicates.',
  lookFor:
    'While the control plane is cut, the fenced brokers’ partitions move as soon as their sessions end. While the data plane is cut, ISRs shrink without any broker being fenced.',
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
    { kind: 'plane-cut', plane: 'control', target: 'b1', at: '8s', until: '26s' },
    { kind: 'plane-cut', plane: 'data', target: 'b2', at: '40s', until: '58s' },
  ],
  duration: '72s',
  expect: { probes: ['fault: plane-cut'] },
});

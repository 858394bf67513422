import { scenario } from '../load/index.ts';

export default scenario({
  name: 'rack-loss',
  title: 'A whole rack loses power, controller and brokers together; the other two carry on.',
  why: 'Replicas are placed over racks so that the loss of one takes at most one replica of each partition. Six brokers and three controllers in three racks must survive any one of them, with acks=all and without losing a record.',
  lookFor:
    'Two brokers and a controller go at once. Every partition keeps two of its three replicas; leaders in the lost rack move; a controller failover happens when the lost one led.',
  cluster: {
    brokers: 6,
    racks: 3,
    topics: [{ name: 'orders', partitions: 12, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        rack: 'b',
        workload: { kind: 'synthetic', rate: 300, valueBytes: 200, keys: 100, skew: 'zipf' },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', rack: 'c', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [{ kind: 'power-loss', target: 'rack:a', at: '10s', until: '40s' }],
  duration: '60s',
  expect: { probes: ['crash: power lost', 'partition leader elected', 'controller: broker session expired'] },
});

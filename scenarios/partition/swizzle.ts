import { scenario } from '../load/index.ts';

export default scenario({
  name: 'swizzle',
  title: 'Nodes are cut off one by one and come back in another order.',
  why: 'FoundationDB’s best finder of bugs: clog about half of the nodes one after the other, then free them in another order. What was sent into a jam arrives late and at once, when everybody has moved on.',
  lookFor:
    'Late requests that meet a newer epoch are refused (fenced leader epoch, stale broker epoch), and nothing that arrives late changes what was decided meanwhile.',
  cluster: {
    brokers: 5,
    racks: 5,
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
    { kind: 'swizzle', among: 'brokers', salt: 7, at: '6s', until: '26s' },
    { kind: 'swizzle', among: 'brokers+controllers', salt: 8, at: '38s', until: '54s' },
  ],
  duration: '70s',
  expect: { probes: ['fault: swizzle'] },
});

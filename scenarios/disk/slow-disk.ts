import { scenario } from '../load/index.ts';

export default scenario({
  name: 'slow-disk',
  title: 'A disk is slow but not dead: gray failure.',
  why: 'No operation fails and no session expires, for heartbeats touch no disk. Produce requests do not wait for syncs either, so a slow broker looks healthy from everywhere but its own write-back, recovery checkpoints and metadata log. A controller on such a disk is another matter: a voter syncs before it answers.',
  lookFor:
    'Brokers hardly notice; the slow controller’s commits take as long as its syncs if it leads, and the quorum goes round it if it follows.',
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
    { kind: 'disk-slow', target: 'leader:orders-0', delay: '80ms', at: '6s', until: '24s' },
    { kind: 'disk-slow', target: 'controller-leader', delay: '120ms', at: '30s', until: '48s' },
  ],
  duration: '60s',
  expect: { probes: ['fault: disk-slow'] },
});

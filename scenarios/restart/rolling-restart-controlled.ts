import { scenario } from '../load/index.ts';

export default scenario({
  name: 'rolling-restart-controlled',
  title: 'One broker after the other is restarted by a controlled shutdown.',
  why: 'The everyday maintenance of a cluster. A broker that is asked to stop first hands its leaderships over (KIP-841 keeps it out of every ISR from that moment), then closes its logs cleanly: it starts without recovery.',
  lookFor:
    'No log is recovered, and producers hardly notice: the leader is gone only for the time of one metadata update. Compare rolling-restart-kill, the same schedule with kill -9.',
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
    { kind: 'stop', target: 'b1', at: '10s', until: '20s' },
    { kind: 'stop', target: 'b2', at: '35s', until: '45s' },
    { kind: 'stop', target: 'b3', at: '60s', until: '70s' },
  ],
  duration: '85s',
  expect: { probes: ['fault: stop', 'partition leader elected'] },
});

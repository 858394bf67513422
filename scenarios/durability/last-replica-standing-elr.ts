import { scenario } from '../load/index.ts';

export default scenario({
  name: 'last-replica-standing-elr',
  title:
    'The last replica in the ISR loses power and its tail; eligible leader replicas (KIP-966) keep the data.',
  why: 'Two followers fall out of the ISR one after the other, then the leader, alone, loses what it had not synced. Without ELR it would be the only candidate, and everybody would truncate to what it has left. With ELR the follower that left last, while the ISR was already below min.insync.replicas, still counts: it has every acknowledged record.',
  lookFor:
    'The high watermark stands still while the leader is alone. After the power loss nobody leads until the eligible replica is back; it is elected, and nothing that was acknowledged is lost. Compare last-replica-standing-no-elr.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 1, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
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
    { kind: 'isolate', target: 'follower:orders-0', at: '5s', until: '60s' },
    { kind: 'isolate', target: 'follower:orders-0', at: '20s', until: '50s' },
    { kind: 'power-loss', target: 'leader:orders-0', at: '35s', until: '40s' },
  ],
  duration: '75s',
  expect: { probes: ['crash: power lost', 'fault: isolate', 'partition leader elected'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'leader-power-loss-acks-all',
  title: 'The leader of a partition loses power under acks=all: nothing that was acknowledged is lost.',
  why: 'Kafka does not sync to disk before it acknowledges. What acks=all with min.insync.replicas=2 promises is that a second broker has the record in its memory, so that one machine may lose its own.',
  lookFor:
    'The leader goes down with unsynced pages, its log comes back with its tail cut or torn, and is truncated to the new leader’s before it rejoins the ISR. Sends stall until the broker is fenced (9 s without a heartbeat), then go on; none is lost.',
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
        workload: { kind: 'synthetic', rate: 200, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'power-loss', target: 'leader:orders-0', at: '8s', until: '20s' },
    { kind: 'power-loss', target: 'leader:orders-1', at: '45s', until: '55s' },
  ],
  duration: '70s',
  expect: { probes: ['crash: power lost', 'partition leader elected', 'controller: broker session expired'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'static-member-restart',
  title: 'Static members are killed and started one after the other, and the group never rebalances.',
  why: 'A member with a group.instance.id (KIP-345) does not leave when it stops, and when it is back within its session it takes its old place. A rolling restart of a hundred of them needs no rebalance at all, where a hundred dynamic members need two hundred.',
  lookFor:
    'One generation from the beginning to the end, although each member has a new member id after its restart. Its partitions wait for it meanwhile; nobody else reads them. What it had read and not committed is read again.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 6, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        config: { acks: 'all' },
        workload: { kind: 'synthetic', rate: 50, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [
      {
        name: 'k',
        topic: 'orders',
        members: 3,
        commit: 'sync',
        workPerRecord: '2ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
          'session.timeout.ms': 20000,
          'heartbeat.interval.ms': 2000,
          'group.instance.id': 'desk',
        },
      },
    ],
  },
  faults: [
    {
      kind: 'rolling-restart',
      target: 'k',
      how: 'kill',
      by: 'node',
      down: '5s',
      gap: '6s',
      at: '8s',
      until: '40s',
    },
  ],
  duration: '48s',
  expect: { probes: ['fault: rolling-restart', 'classic group: static member replaced'] },
});

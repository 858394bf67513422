import { scenario } from '../load/index.ts';

export default scenario({
  name: 'rolling-deploy-cooperative',
  title:
    'A new version is rolled out over a group that rebalances cooperatively: who keeps a partition goes on reading it.',
  why: 'With the cooperative sticky assignor (KIP-429) members keep their partitions while they join again. Only what moves is given up, in a rebalance of its own: twice as many rebalances as the eager protocol, but each of them stops only what changes hands.',
  lookFor:
    'Members revoke the few partitions that move, never all. After a revocation the group joins once more. No partition has two owners in between. Compare rolling-deploy-eager: the same schedule.',
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
        members: 4,
        commit: 'sync',
        workPerRecord: '2ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
          'session.timeout.ms': 6_000,
          'heartbeat.interval.ms': 2_000,
          'partition.assignment.strategy': 'cooperative-sticky',
        },
      },
    ],
  },
  faults: [
    {
      kind: 'rolling-restart',
      target: 'k',
      how: 'stop',
      by: 'node',
      down: '4s',
      gap: '6s',
      at: '8s',
      until: '48s',
    },
  ],
  duration: '52s',
  expect: { probes: ['fault: rolling-restart', 'cooperative member gives up partitions and joins again'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'rolling-deploy-cooperative',
  title:
    'A new version is rolled out over a group that rebalances cooperatively: who keeps a partition goes on reading it.',
  why: 'With the cooperative sticky assignor (KIP-429) members keep their partitions while they join again. Only what moves is given up, in a rebalance of its own: twice as many rebalances as the eager protocol, but each of them stops only what changes hands.',
  lookFor:
    'Members revoke the few partitions that move, never all. After a revocation the group joins once more. What moves has no owner until the new one hears of it by its next heartbeat. No partition has two owners in between. Compare the partition-seconds in which no owner polled with those of rolling-deploy-eager: the same schedule.',
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
        workload: { kind: 'synthetic', rate: 120, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [
      {
        name: 'k',
        topic: 'orders',
        members: 4,
        commit: 'sync',
        workPerRecord: '20ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
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
      // Not in step with heartbeats every 3 or 5 s: each stop and start meets them at another moment.
      down: '4300ms',
      gap: '6900ms',
      at: '9500ms',
      until: '55s',
    },
  ],
  duration: '60s',
  expect: { probes: ['fault: rolling-restart'] },
});

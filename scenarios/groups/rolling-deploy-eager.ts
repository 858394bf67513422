import { scenario } from '../load/index.ts';

export default scenario({
  name: 'rolling-deploy-eager',
  title:
    'A new version is rolled out over a group that rebalances eagerly: everybody stops each time one comes or goes.',
  why: 'Under the classic protocol with the range assignor every member gives all of its partitions up before it joins again. A deploy of four processes is eight rebalances, and in each of them the whole group stands still. That is what the cooperative and the consumer protocol were made against.',
  lookFor:
    'At each stop and each start every member revokes everything, and the lag of all partitions grows together. A member gives up only when it polls, and all wait for the last: work of seconds on one poll is what makes it dear. No record is skipped, no partition has two owners. Compare the partition-seconds in which no owner polled with those of rolling-deploy-cooperative and rolling-deploy-consumer, which have the same schedule; with quick work (--set traffic.consumers.0.workPerRecord=2ms) this one has the fewest, as only heartbeats are waited for.',
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
          'partition.assignment.strategy': 'range',
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

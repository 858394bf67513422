import { scenario } from '../load/index.ts';

export default scenario({
  name: 'rolling-deploy-consumer',
  title:
    'A new version is rolled out over a group of the consumer protocol (KIP-848): nobody waits for the others.',
  why: 'In the consumer protocol the coordinator decides who should own what, and brings each member there by its own heartbeats. There is no barrier at which all have to meet: a member that stands still delays only what it has to give up.',
  lookFor:
    'The group epoch rises with each stop and start, members follow one by one. A partition is given to its next owner only after the last has said that it let go. Each step takes a heartbeat of five seconds at most, and there is nothing else to wait for. Compare the partition-seconds in which no owner polled with those of rolling-deploy-eager and rolling-deploy-cooperative: the same schedule.',
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
          'group.protocol': 'consumer',
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

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'auto-commit-coordinator-killed',
  title: 'Members commit by themselves every five seconds, and their coordinator dies again and again.',
  why: 'enable.auto.commit commits within a poll what the poll before returned, and nobody hears when it fails: the next attempt is the next interval. A rebalance in which the commit did not come through is one after which records are read a second time.',
  lookFor:
    'Commits go out every second, fail while the coordinator is away, and come through at the next one. Lag by commits is a staircase above the lag by reads. After a member is killed its partitions go on from the last staircase: what lies between is read twice, and nothing is left out.',
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
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [
      {
        name: 'k',
        topic: 'orders',
        members: 3,
        commit: 'auto',
        workPerRecord: '2ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
          'auto.commit.interval.ms': 5_000,
          'session.timeout.ms': 6_000,
          'heartbeat.interval.ms': 2_000,
        },
      },
    ],
  },
  faults: [
    { kind: 'kill', target: 'group-coordinator:shop', at: '9s', until: '17s' },
    { kind: 'client-crash', target: 'k-1', at: '24s', until: '33s' },
    { kind: 'power-loss', target: 'group-coordinator:shop', at: '40s', until: '48s' },
  ],
  duration: '60s',
  expect: {
    probes: ['fault: kill', 'fault: client-crash', 'crash: power lost', 'classic group: session expired'],
  },
});

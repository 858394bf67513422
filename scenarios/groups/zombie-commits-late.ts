import { scenario } from '../load/index.ts';

export default scenario({
  name: 'zombie-commits-late',
  title: 'A member stops for longer than its session, wakes up, and commits what others have since read.',
  why: 'A process that a long collection stops does not know that it was put out of its group. When it goes on, the first thing it does is to finish its records and commit, for partitions that belong to somebody else by now. Fencing by generation (and by member epoch in the consumer protocol) is what keeps its late word out.',
  lookFor:
    'The sleeper is expelled after its session, its partitions go to the others, which read its last uncommitted records a second time. Its commit is refused; it loses its partitions, and joins again. Positions never go back.',
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
          'session.timeout.ms': 6000,
          'heartbeat.interval.ms': 2000,
        },
      },
    ],
  },
  faults: [
    { kind: 'client-pause', target: 'k-1', at: '10s', until: '22s' },
    { kind: 'client-pause', target: 'k-2+k-3', at: '32s', until: '42s' },
  ],
  duration: '52s',
  expect: { probes: ['fault: client-pause', 'classic group: session expired'] },
});

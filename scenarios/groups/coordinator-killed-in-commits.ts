import { scenario } from '../load/index.ts';

export default scenario({
  name: 'coordinator-killed-in-commits',
  title: 'The coordinators of two groups die again and again while their members commit after every poll.',
  why: 'A commit is answered when a majority of the in-sync replicas of __consumer_offsets has it. One that was on its way when the coordinator died may be in the log or not, and its sender repeats it at the next coordinator: what counts in the end is never behind what was answered.',
  lookFor:
    'Commits fail and are sent again, at the next coordinator. After each failover the groups go on from their last committed position or later; no committed position goes back.',
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
      {
        name: 'a',
        topic: 'orders',
        members: 2,
        commit: 'async',
        workPerRecord: '2ms',
        config: {
          'group.id': 'audit',
          'auto.offset.reset': 'earliest',
          'session.timeout.ms': 6000,
          'heartbeat.interval.ms': 2000,
        },
      },
    ],
  },
  faults: [
    { kind: 'kill', target: 'group-coordinator:shop', at: '8s', until: '16s' },
    { kind: 'power-loss', target: 'group-coordinator:shop', at: '30s', until: '38s' },
    { kind: 'kill', target: 'group-coordinator:audit', at: '52s', until: '60s' },
  ],
  duration: '70s',
  expect: { probes: ['fault: kill', 'crash: power lost', 'partition leader elected'] },
});

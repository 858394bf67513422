import { scenario } from '../load/index.ts';

export default scenario({
  name: 'coordinator-killed-in-join',
  title: 'The coordinator of a group dies while the group is joining, twice.',
  why: 'A join is a promise to every member that the coordinator keeps in memory only: who has come is not in the log until the assignment is. When the coordinator dies in between, its successor knows the generation before, and all of the members must find it and begin anew.',
  lookFor:
    'The first kill falls into the initial delay of an empty group. The second falls into a join that waits for a member that is stopped. Both times the members find the next coordinator, join there, and go on from what is committed; no partition has two owners.',
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
          'session.timeout.ms': 10000,
          'heartbeat.interval.ms': 2000,
        },
      },
    ],
  },
  faults: [
    { kind: 'kill', target: 'group-coordinator:shop', at: '1500ms', until: '8s' },
    { kind: 'pause', target: 'k-3', at: '24s', until: '31s' },
    { kind: 'stop', target: 'k-1', at: '25s', until: '40s' },
    { kind: 'kill', target: 'group-coordinator:shop', at: '28s', until: '36s' },
  ],
  duration: '55s',
  expect: { probes: ['fault: kill', 'fault: pause', 'partition leader elected'] },
});

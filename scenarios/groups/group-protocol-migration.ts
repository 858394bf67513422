import { scenario } from '../load/index.ts';

export default scenario({
  name: 'group-protocol-migration',
  title: 'A group moves from the classic protocol to KIP-848’s while it works, process by process, and back.',
  why: 'Nobody stops a group to change its protocol. The first member of the new protocol converts the group, and the coordinator then speaks both: it answers JoinGroup and SyncGroup of the old members out of the same assignment that it hands to the new ones by heartbeats. When the last new member leaves, the group is classic again.',
  lookFor:
    'In the coordinator’s own table the protocol changes from classic to consumer and back, with members of both in between. No partition has two owners on the way, no member has to know what the others speak, and committed offsets stay.',
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
        name: 'old',
        topic: 'orders',
        members: 3,
        commit: 'sync',
        workPerRecord: '2ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
          'session.timeout.ms': 10_000,
          'heartbeat.interval.ms': 2_000,
          'partition.assignment.strategy': 'cooperative-sticky',
        },
      },
      {
        name: 'new',
        topic: 'orders',
        members: 3,
        commit: 'sync',
        workPerRecord: '2ms',
        config: { 'group.id': 'shop', 'auto.offset.reset': 'earliest', 'group.protocol': 'consumer' },
      },
    ],
  },
  // Each process of the new version comes as one of the old goes; then the deploy is rolled back.
  faults: [
    { kind: 'stop', target: 'new-1', at: '0s', until: '12s' },
    { kind: 'stop', target: 'new-2', at: '0s', until: '22s' },
    { kind: 'stop', target: 'new-3', at: '0s', until: '32s' },
    { kind: 'stop', target: 'old-1', at: '14s', until: '50s' },
    { kind: 'stop', target: 'old-2', at: '24s', until: '60s' },
    { kind: 'stop', target: 'old-3', at: '34s', until: '70s' },
    { kind: 'stop', target: 'new-1', at: '52s', until: '90s' },
    { kind: 'stop', target: 'new-2', at: '62s', until: '90s' },
    { kind: 'stop', target: 'new-3', at: '72s', until: '90s' },
  ],
  duration: '90s',
  expect: { probes: ['fault: stop'] },
});

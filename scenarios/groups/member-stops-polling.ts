import { scenario } from '../load/index.ts';

export default scenario({
  name: 'member-stops-polling',
  title: 'A member works on one poll for longer than max.poll.interval.ms, while its heartbeats go on.',
  why: 'Heartbeats come from a thread of their own and say that a process lives, not that it reads. Who does not poll for max.poll.interval.ms leaves the group by its own hand, so that its partitions do not wait for it; what it was working on is read by the next owner too, and its commit comes too late.',
  lookFor:
    'The slow member leaves in the middle of its work, says so to nobody but the coordinator, and its partitions go to the others. When it polls at last it has lost them, its commit is refused, and it joins again. While it works nobody reads its partitions: partition-seconds in which no owner polled. A member that is back before the others have heard of it is given the same partitions again, and the same work: that loop is Kafka’s own and has no end, so that here the process ends at 40 s.',
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
        members: 2,
        commit: 'sync',
        workPerRecord: '2ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
          'session.timeout.ms': 10_000,
          'heartbeat.interval.ms': 2_000,
        },
      },
      {
        name: 'slow',
        topic: 'orders',
        commit: 'sync',
        workPerRecord: '60ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
          'max.poll.interval.ms': 8_000,
          'max.poll.records': 300,
          'session.timeout.ms': 10_000,
          'heartbeat.interval.ms': 2_000,
        },
      },
    ],
  },
  // A backlog to be found: the group comes back to more records than the slow one can work on in its interval.
  faults: [
    { kind: 'client-crash', target: 'k+slow', at: '10s', until: '16s' },
    { kind: 'client-crash', target: 'slow', at: '40s', until: '60s' },
  ],
  duration: '60s',
  expect: { probes: ['fault: client-crash', 'application has not polled in time'] },
});

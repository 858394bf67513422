import { scenario } from '../load/index.ts';

const traffic = (name: string, topic: string) =>
  ({
    name,
    topic,
    config: { acks: 'all' },
    workload: { kind: 'synthetic', rate: 40, valueBytes: 200, keys: 50 },
  }) as const;

export default scenario({
  name: 'consumer-group-regex',
  title: 'Members subscribe by a regular expression, and topics that match it are created while they work.',
  why: 'In the consumer protocol (KIP-848) members send an RE2 expression, and the coordinator resolves it against the topics that there are, again and again: members of one expression cannot disagree about what it means. Who resolves too seldom, or forgets to look again at a coordinator that has just taken over, leaves a topic unread.',
  lookFor:
    'orders-eu is there from the beginning. orders-us comes at 10 s and is in somebody’s hands at the next look of the coordinator, and so is orders-asia, which is created while no coordinator is there. order-log does not match, and nobody ever owns it. Everything is read from its beginning.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [
      { name: 'orders-eu', partitions: 4, replicationFactor: 3, config: { 'min.insync.replicas': 2 } },
      { name: 'order-log', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } },
    ],
  },
  traffic: {
    producers: [
      traffic('p1', 'orders-eu'),
      traffic('p2', 'orders-us'),
      traffic('p3', 'orders-asia'),
      traffic('p4', 'order-log'),
    ],
    consumers: [
      {
        name: 'k',
        topic: 'orders-eu',
        pattern: 'orders-(eu|us|a.*)',
        members: 3,
        commit: 'sync',
        workPerRecord: '1ms',
        config: {
          'group.id': 'shop',
          'auto.offset.reset': 'earliest',
          'group.protocol': 'consumer',
        },
      },
    ],
  },
  operations: [
    {
      do: 'create-topic',
      topic: 'orders-us',
      partitions: 3,
      replicationFactor: 3,
      config: { 'min.insync.replicas': 2 },
      at: '10s',
    },
    {
      do: 'create-topic',
      topic: 'orders-asia',
      partitions: 2,
      replicationFactor: 3,
      config: { 'min.insync.replicas': 2 },
      at: '26s',
    },
  ],
  faults: [
    // Nobody may write to a topic before it is created: brokers would create it with their own defaults.
    { kind: 'client-crash', target: 'p2', at: '0s', until: '13s' },
    { kind: 'client-crash', target: 'p3', at: '0s', until: '31s' },
    { kind: 'kill', target: 'group-coordinator:shop', at: '24s', until: '34s' },
    { kind: 'client-crash', target: 'k-2', at: '42s', until: '50s' },
  ],
  duration: '60s',
  expect: { probes: ['fault: kill', 'operation: create-topic done'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'flights-exactly-once',
  title:
    'A source writes the flights and a pipeline copies them, both in transactions, while brokers and both die.',
  why: 'A source that keeps its place in the transactions that it writes can die anywhere and goes on from there (KIP-618). Consume, transform, produce: what was read is committed in the same transaction as what was made of it (KIP-447). A process that dies in between must leave neither half behind, and whoever takes its partitions over must go on exactly where its last committed transaction ended.',
  lookFor:
    'As many flights per airport as in the data set, in both topics, to the last record, however often a partition changed hands. Processes die with open transactions, which their successors abort or wait for; a leader and the coordinators lose power.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [
      { name: 'flights', partitions: 4, replicationFactor: 3, config: { 'min.insync.replicas': 2 } },
      { name: 'counted', partitions: 4, replicationFactor: 3, config: { 'min.insync.replicas': 2 } },
    ],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'flights',
        config: { 'transactional.id': 'flights', 'transaction.timeout.ms': 10_000 },
        transactions: { records: 20, resumes: true },
        workload: { kind: 'dataset', dataset: 'us-flights', events: 1_500, rate: 25 },
      },
    ],
    consumers: [
      {
        name: 'k1',
        topic: 'counted',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
      },
    ],
    pipelines: [
      {
        name: 'count',
        from: 'flights',
        to: 'counted',
        members: 2,
        workPerRecord: '2ms',
        // Who joins a coordinator that loses power hears of it when its JoinGroup times out, 5 s after this.
        consumerConfig: {
          'session.timeout.ms': 6_000,
          'heartbeat.interval.ms': 2_000,
          'max.poll.interval.ms': 20_000,
        },
        producerConfig: { 'transaction.timeout.ms': 10_000 },
      },
    ],
  },
  faults: [
    { kind: 'client-crash', target: 'count-1', at: '8s', until: '12s' },
    { kind: 'power-loss', target: 'leader:counted-0', at: '18s', until: '26s' },
    { kind: 'client-crash', target: 'p1+count-2', at: '32s', until: '36s' },
    { kind: 'power-loss', target: 'group-coordinator:count', at: '42s', until: '50s' },
  ],
  duration: '62s',
  expect: { probes: ['fault: client-crash', 'crash: power lost', 'partition leader elected'] },
});

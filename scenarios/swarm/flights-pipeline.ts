import { scenario } from '../load/index.ts';

const INPUT = { partitions: 4, replicationFactor: 3, config: { 'min.insync.replicas': 2 } };

export default scenario({
  name: 'flights-pipeline',
  title:
    'Flights, exactly once, from the file to the last topic, while every node and every client dies at random.',
  why: 'The whole promise in one sum: a source that keeps its place in the transactions it writes (KIP-618), a pipeline that commits what it read with what it made (KIP-447), brokers and controllers that lose power under both. Whatever dies, and whatever was taken back, there are as many flights per airport as in the data set.',
  lookFor:
    'Totals that differ by one flight; a flight copied twice; a transaction that never ends. Pauses make zombies of the source and of the pipeline: what they send afterwards must not count.',
  cluster: {
    brokers: 4,
    racks: 2,
    topics: [
      { name: 'flights', ...INPUT },
      { name: 'counted', ...INPUT },
    ],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'flights',
        config: { 'transactional.id': 'flights', 'transaction.timeout.ms': 10_000 },
        transactions: { records: 20, abortPercent: 5, resumes: true },
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
        abortPercent: 5,
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
  randomFaults: {
    count: 16,
    atOnce: 2,
    durationMin: '500ms',
    durationMax: '12s',
    stability: '6s',
    kinds: ['kill', 'power-loss', 'pause', 'stop', 'client-crash', 'client-crash', 'client-pause', 'isolate'],
  },
  duration: '70s',
  settle: '5m',
});

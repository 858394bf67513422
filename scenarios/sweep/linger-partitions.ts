import { sweepFile } from '../load/index.ts';

const producers = ['p1', 'p2', 'p3'].map((name, i) => ({
  name,
  topic: 'load',
  rack: ['a', 'b', 'c'][i]!,
  config: { acks: 'all', 'linger.ms': 5 },
  workload: { kind: 'synthetic' as const, rate: 8_000, valueBytes: 200, keys: 1_000 },
}));

export default sweepFile({
  name: 'linger-partitions',
  title: 'linger.ms x partitions',
  why: 'Waiting fills batches, and partitions thin them out: at a given rate both decide how many requests the brokers work on. Three producers send 8,000 keyed records of 200 B a second each; a broker works on one request of a connection at a time, so small batches queue.',
  scenario: {
    name: 'linger-partitions',
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      hardware: 'invented-small',
      topics: [{ name: 'load', partitions: 6, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    },
    traffic: { producers },
    duration: '2s',
    expect: { consumersReadAll: false },
  },
  axes: [
    {
      name: 'linger.ms',
      paths: producers.map((_, i) => `traffic.producers.${i}.config.linger.ms`),
      values: [0, 1, 5, 20],
    },
    { name: 'partitions', paths: ['cluster.topics.0.partitions'], values: [3, 12, 48] },
  ],
});

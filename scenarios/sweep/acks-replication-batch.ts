import { sweepFile } from '../load/index.ts';

const producers = ['p1', 'p2', 'p3'].map((name, i) => ({
  name,
  topic: 'load',
  rack: ['a', 'b', 'c'][i]!,
  config: { acks: 'all', 'batch.size': 16_384, 'linger.ms': 5 },
  workload: { kind: 'synthetic' as const, rate: 0, arrivals: 'uniform' as const, valueBytes: 1_024 },
}));
const every = (path: string): string[] => producers.map((_, i) => `traffic.producers.${i}.config.${path}`);

export default sweepFile({
  name: 'acks-replication-batch',
  title: 'acks x replication factor x batch.size',
  why: 'What durability costs in bandwidth and in waiting. Three producers send 1 KiB records as fast as they go to twelve partitions on three brokers. acks=0 is not among them: a producer that waits for nothing is held back by TCP alone, and receivers do not push back here yet.',
  scenario: {
    name: 'acks-replication-batch',
    cluster: {
      brokers: 3,
      controllers: 1,
      racks: 3,
      hardware: 'invented-small',
      topics: [{ name: 'load', partitions: 12, replicationFactor: 3, config: { 'min.insync.replicas': 1 } }],
    },
    traffic: { producers },
    duration: '0.5s',
    expect: { consumersReadAll: false, mayLoseAcknowledged: true },
  },
  axes: [
    { name: 'acks', paths: every('acks'), values: ['1', 'all'] },
    { name: 'replication', paths: ['cluster.topics.0.replicationFactor'], values: [1, 2, 3] },
    { name: 'batch.size', paths: every('batch.size'), values: [4_096, 16_384, 131_072] },
  ],
});

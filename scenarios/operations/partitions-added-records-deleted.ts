import { scenario } from '../load/index.ts';

export default scenario({
  name: 'partitions-added-records-deleted',
  title:
    'While traffic runs: partitions are added, records deleted, configurations changed, leaders balanced.',
  why: 'The everyday hands of an administrator on a live topic. Keys move when partitions are added, and a consumer that assigned its partitions itself never hears of the new ones; deleted records must be gone from every replica, and stay gone for one that was down.',
  lookFor:
    'The new partitions are led and written within a metadata refresh, and late for the reader; every replica’s log start follows the leader’s; the broker that was down deletes what the others deleted.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 2, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
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
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  operations: [
    { at: '6s', do: 'create-partitions', topic: 'orders', count: 4 },
    { at: '16s', do: 'delete-records', topic: 'orders', partition: 0 },
    { at: '20s', do: 'alter-topic-config', topic: 'orders', set: { 'min.insync.replicas': 1 } },
    { at: '30s', do: 'elect-preferred' },
    { at: '36s', do: 'alter-topic-config', topic: 'orders', set: { 'min.insync.replicas': 2 } },
  ],
  faults: [{ kind: 'kill', target: 'b3', at: '12s', until: '26s' }],
  duration: '50s',
  expect: {
    probes: ['operation: create-partitions done', 'operation: delete-records done'],
    consumersReadAll: false,
  },
});

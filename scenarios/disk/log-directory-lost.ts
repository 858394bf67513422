import { scenario } from '../load/index.ts';

export default scenario({
  name: 'log-directory-lost',
  title: 'One of two log directories of a broker fails, and an empty disk takes its place.',
  why: 'With several disks a broker outlives one of them (KIP-112, KIP-858): it reports the directory, the controller takes the replicas there out of their ISRs, and the other directory serves on. Replaced by an empty disk, the directory has a new id, and its replicas are fetched again.',
  lookFor:
    'The broker is never fenced. Partitions on the lost directory get other leaders at once; those on the other directory do not move. After the restart the lost replicas come back in full.',
  cluster: {
    brokers: 3,
    racks: 3,
    logDirs: 2,
    topics: [{ name: 'orders', partitions: 4, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
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
  faults: [{ kind: 'lose-directory', target: 'b1', directory: '/data2', at: '10s', until: '30s' }],
  duration: '60s',
  expect: { probes: ['fault: lose-directory', 'partition leader elected'] },
});

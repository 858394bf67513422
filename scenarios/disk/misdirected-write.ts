import { scenario } from '../load/index.ts';

export default scenario({
  name: 'misdirected-write',
  title: 'A disk writes a batch in the place of another one, on a follower.',
  why: 'Two places are wrong: where the batch should be there is nothing, and where it is there stood another. The bytes there agree with their own CRC, and recovery looks at nothing else (LogSegment.recover): a replica that recovers meanwhile cuts at the empty place if that comes first, and otherwise may keep the stranger. That is beyond what replication promises; here nobody recovers.',
  lookFor:
    'Nothing notices while the follower runs: it appends at its end and reads nothing back. It must not be elected meanwhile. After the heal all replicas are the same.',
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
        config: { acks: 'all', 'linger.ms': 0 },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 300, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'misdirected-write', target: 'follower:orders-0', at: '8s', until: '14s', salt: 5 },
    { kind: 'misdirected-write', target: 'follower:orders-1', at: '22s', until: '28s', salt: 11 },
  ],
  duration: '35s',
  expect: { probes: ['fault: misdirected-write', 'disk: write misdirected'] },
});

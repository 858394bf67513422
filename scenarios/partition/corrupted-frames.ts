import { scenario } from '../load/index.ts';

export default scenario({
  name: 'corrupted-frames',
  title: 'Bits change on the wire and TCP does not notice: the batch CRC must.',
  why: 'TCP’s sixteen bit sum lets about one damaged packet in 65,536 through, and a broken network card makes many. Kafka sums every batch with CRC-32C end to end: the leader refuses a damaged produce, a follower a damaged fetch, a consumer a damaged read, and each asks again.',
  lookFor:
    'Refused batches are counted; no damaged byte is ever appended anywhere or handed to an application, and all three replicas are the same at the end.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
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
  faults: [
    { kind: 'corrupt-frames', from: 'clients', to: 'brokers', oneIn: 20, at: '5s', until: '20s' },
    { kind: 'corrupt-frames', from: 'brokers', to: 'brokers', oneIn: 20, at: '28s', until: '42s' },
  ],
  duration: '55s',
  expect: { probes: ['fault: corrupt-frames'] },
});

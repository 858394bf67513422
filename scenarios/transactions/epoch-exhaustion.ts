import { scenario } from '../load/index.ts';

export default scenario({
  name: 'epoch-exhaustion',
  title:
    'A transactional id is fenced until its epoch is at its end; its producer goes on in transactions, and gets another producer id.',
  why: 'A producer epoch is a number of fifteen bits, and with KIP-890 each transaction takes one. At 32,766 the coordinator must hand out another producer id, while markers of the old one may be on their way, answers get lost, and coordinators change: Kafka had several bugs just there (KAFKA-20090, KAFKA-18660, KAFKA-9666).',
  lookFor:
    'An administrator fences the id 32,746 times before its producer begins. A few transactions on, producer id and epoch change at once. No transaction is left open, none is decided twice, and records of the old and the new id stand one after the other. The coordinator dies about when it happens, and the producer does once.',
  cluster: {
    brokers: 3,
    racks: 1,
    topics: [{ name: 'orders', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    network: { sameRack: '30us', jitter: '10us' },
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        config: {
          'transactional.id': 't1',
          'transaction.timeout.ms': 6_000,
          'request.timeout.ms': 2_000,
          'delivery.timeout.ms': 10_000,
        },
        workload: { kind: 'synthetic', rate: 20, valueBytes: 200, keys: 50 },
        transactions: { records: 10, abortPercent: 30 },
      },
    ],
    consumers: [
      {
        name: 'k1',
        topic: 'orders',
        config: { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' },
      },
    ],
  },
  operations: [{ do: 'fence-producers', transactionalId: 't1', times: 32_746, at: '0s' }],
  faults: [
    // While the epochs are used up nobody is to be in the way.
    { kind: 'client-crash', target: 'p1', at: '0s', until: '20s' },
    { kind: 'long-tail', from: 'p1', to: 'brokers', oneIn: 20, delay: '5s', at: '20500ms', until: '40s' },
    { kind: 'kill', target: 'transaction-coordinator:t1', at: '25s', until: '31s' },
    { kind: 'client-crash', target: 'p1', at: '36s', until: '37s' },
  ],
  duration: '48s',
  expect: {
    probes: ['operation: fence-producers done', 'transactions: epochs are used up, another producer id'],
  },
});

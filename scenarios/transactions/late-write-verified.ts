import { scenario } from '../load/index.ts';

export default scenario({
  name: 'late-write-verified',
  title:
    'A write of a transaction is held up in the network and arrives after the transaction was aborted; verification keeps it out.',
  why: 'Under the first protocol of transactions (TV1) an aborted transaction and the next have the same epoch, so a batch that was stuck in the network and arrives after the markers looks like the beginning of another one. Nobody would ever end that: it hangs, and the last stable offset with it. Since KIP-890 the leader asks the coordinator whether the transaction is open before it appends.',
  lookFor:
    'Batches are held up for longer than the producer waits for them; it gives up and aborts. When the jam is released they arrive, and are refused. Consumers of read_committed go on. With the configuration set to false they are appended, and committed by the next transaction or by nobody.',
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
        config: { 'transactional.id': 't1', 'request.timeout.ms': 2_000, 'delivery.timeout.ms': 3_000 },
        workload: { kind: 'synthetic', rate: 40, valueBytes: 200, keys: 50 },
        transactions: { records: 10, abortPercent: 60 },
      },
      {
        name: 'p2',
        topic: 'orders',
        config: { 'transactional.id': 't2' },
        workload: { kind: 'synthetic', rate: 40, valueBytes: 200, keys: 50 },
        transactions: { records: 5, abortPercent: 0 },
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
  faults: [
    { kind: 'clog', from: 'p1', to: 'leader:orders-0', at: '10s', until: '16s' },
    { kind: 'clog', from: 'p1', to: 'leader:orders-1', at: '24s', until: '30s' },
  ],
  operations: [
    {
      do: 'alter-broker-config',
      broker: null,
      set: { 'transaction.partition.verification.enable': true },
      at: '0s',
    },
    {
      do: 'update-feature',
      feature: 'transaction.version',
      level: 1,
      kind: 'safe-downgrade',
      at: '0s',
    },
  ],
  duration: '44s',
  expect: { probes: ['fault: clog', 'network: jam released', 'batch expired'] },
});

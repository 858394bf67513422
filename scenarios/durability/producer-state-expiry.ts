import { scenario } from '../load/index.ts';

export default scenario({
  name: 'producer-state-expiry',
  title:
    'The answer to a batch is lost for longer than brokers remember its producer: the repetition is written as if it were new.',
  why: 'An idempotent producer is known by its last five batches at each partition, and forgotten after producer.id.expiration.ms without a write. Who may repeat a batch after that, because delivery.timeout.ms is longer, is somebody new to the broker, and a sequence may begin anywhere where nobody is known. With Kafka’s defaults, a day and two minutes, it takes a clock to come to that; here it is five seconds and a minute.',
  lookFor:
    'The leader has the batch and cannot answer. The producer gives the request up, and sends it again when it is let through: by then the leader has forgotten it, and has the same records at two offsets. They are named as duplicates that this configuration allows.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 3, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    brokerConfig: {
      'producer.id.expiration.ms': 5_000,
      'producer.id.expiration.check.interval.ms': 1_000,
      'replica.high.watermark.checkpoint.interval.ms': 1_000,
    },
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'orders',
        config: { acks: 'all', 'request.timeout.ms': 3_000, 'delivery.timeout.ms': 60_000 },
        workload: { kind: 'synthetic', rate: 60, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [
    { kind: 'partition', from: 'leader:orders-0', to: 'p1', oneWay: true, at: '8s', until: '22s' },
    { kind: 'partition', from: 'leader:orders-1', to: 'p1', oneWay: true, at: '34s', until: '48s' },
  ],
  duration: '58s',
  expect: { probes: ['fault: partition', 'request timed out', 'produce retried'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'us-flights-rack-outage',
  title: 'Real US flights through a power loss, a rack cut off, a stalled disk and a controller failover.',
  why: 'Twenty thousand flights of early 2001, keyed by the airport of origin with the skew that real airports have, go into twelve partitions over six brokers in three racks. Each fault is one that replication factor 3 with min.insync.replicas 2 promises to survive; together, one after the other, they are an ordinary bad week.',
  lookFor:
    'Every flight is read by the consumers in rack c, none is lost, and after each heal the ISRs fill up again. Watch the high-watermark lag while the rack is cut off, and the latency of the partitions whose leader sits on the stalled disk.',
  cluster: {
    brokers: 6,
    racks: 3,
    topics: [{ name: 'flights', partitions: 12, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    brokerConfig: { 'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector' },
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'flights',
        rack: 'b',
        config: { acks: 'all', 'linger.ms': 5 },
        workload: { kind: 'dataset', dataset: 'us-flights', events: 20_000, rate: 150 },
      },
    ],
    consumers: [
      {
        name: 'k1',
        topic: 'flights',
        partitions: [0, 1, 2, 3, 4, 5],
        rack: 'c',
        config: { 'auto.offset.reset': 'earliest' },
      },
      {
        name: 'k2',
        topic: 'flights',
        partitions: [6, 7, 8, 9, 10, 11],
        rack: 'c',
        config: { 'auto.offset.reset': 'earliest' },
      },
    ],
  },
  faults: [
    { kind: 'power-loss', target: 'leader:flights-0', at: '15s', until: '30s' },
    { kind: 'isolate', target: 'rack:a', at: '50s', until: '70s' },
    { kind: 'disk-stall', target: 'leader:flights-5', at: '85s', until: '95s' },
    { kind: 'kill', target: 'controller-leader', at: '105s', until: '115s' },
  ],
  duration: '135s',
  expect: {
    probes: [
      'crash: power lost',
      'fault: isolate',
      'fault: disk-stall',
      'controller elected',
      'partition leader elected',
    ],
  },
});

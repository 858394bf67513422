import { scenario } from '../load/index.ts';

export default scenario({
  name: 'leader-one-way-partition',
  title:
    'A leader is heard by nobody but hears everybody: it must not go on leading for long, nor acknowledge alone.',
  why: 'Asymmetric partitions are what symmetric thinking misses. The leader keeps receiving produce requests and fetches; its answers, its heartbeats and its ISR changes go nowhere. Its followers must take over without it, and what it appended alone must be cut when it is back.',
  lookFor:
    'The broker is fenced after 9 s, another replica leads in a higher epoch. When the partition heals, the old leader is told of the new epoch and truncates what diverged.',
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
        config: { 'request.timeout.ms': 5_000 },
        workload: { kind: 'synthetic', rate: 200, valueBytes: 200, keys: 50 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [{ kind: 'isolate', target: 'leader:orders-0', direction: 'outbound', at: '8s', until: '38s' }],
  duration: '60s',
  expect: { probes: ['fault: isolate', 'partition leader elected', 'controller: broker session expired'] },
});

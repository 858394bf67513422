import { scenario } from '../load/index.ts';

export default scenario({
  name: 'last-replica-standing-no-elr',
  title:
    'The last replica in the ISR loses power and its tail, and without ELR it leads again: acknowledged records are gone.',
  why: 'Two followers fall out of the ISR one after the other, then the leader, alone, loses what it had not synced. Before KIP-966 the ISR never became empty: the last replica standing stays in it, power loss or not, is elected when it comes back, and the others truncate to what it has left.',
  lookFor:
    'Records that were acknowledged while two replicas had them are lost, and named as allowed: this is the hole that eligible leader replicas close. Compare last-replica-standing-elr, the same schedule with them.',
  cluster: {
    brokers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 1, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    controllerConfig: { 'eligible.leader.replicas.version': 0 },
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
    { kind: 'isolate', target: 'follower:orders-0', at: '5s', until: '60s' },
    { kind: 'isolate', target: 'follower:orders-0', at: '20s', until: '50s' },
    { kind: 'power-loss', target: 'leader:orders-0', at: '35s', until: '40s' },
  ],
  duration: '75s',
  expect: {
    mayLoseAcknowledged: true,
    mayLoseReplicated: true,
    consumersReadAll: false,
    probes: ['crash: power lost', 'fault: isolate', 'partition leader elected'],
  },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'rolling-restart-kill',
  title: 'One broker after the other is restarted by kill -9.',
  why: 'What happens when the restart script does not wait. Nobody hands over: each leadership stands still until the controller has missed the broker’s heartbeats for broker.session.timeout.ms, and each start recovers its logs.',
  lookFor:
    'Per restart an outage of about nine seconds for a third of the partitions, recovered logs, ISRs that fill again. Nothing acknowledged is lost. Compare rolling-restart-controlled.',
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
    { kind: 'kill', target: 'b1', at: '10s', until: '20s' },
    { kind: 'kill', target: 'b2', at: '35s', until: '45s' },
    { kind: 'kill', target: 'b3', at: '60s', until: '70s' },
  ],
  duration: '85s',
  expect: { probes: ['fault: kill', 'partition leader elected'] },
});

import { scenario } from '../load/index.ts';

export default scenario({
  name: 'controllers-replaced',
  title: 'All controllers are replaced one after another, and each hand-over meets a failure.',
  why: 'Voters that the log names itself (KIP-853) are the quorum’s most delicate records: a change counts as soon as it is written, committed or not, and is undone when it is cut off again. Two majorities without a common voter would be two truths.',
  lookFor:
    'One voter joins, then one leaves, three times, the leader among them; a leader that removes itself leads until that is committed. No record of the metadata is lost, whoever loses power in between, and producers notice nothing.',
  cluster: {
    brokers: 3,
    controllers: 3,
    quorum: 'dynamic',
    spareControllers: 3,
    racks: 3,
    topics: [{ name: 'orders', partitions: 6, replicationFactor: 3, config: { 'min.insync.replicas': 2 } }],
    controllerConfig: { 'metadata.log.max.record.bytes.between.snapshots': 8_000 },
  },
  traffic: {
    producers: [
      { name: 'p1', topic: 'orders', workload: { kind: 'synthetic', rate: 100, valueBytes: 200, keys: 100 } },
    ],
    consumers: [{ name: 'k1', topic: 'orders', config: { 'auto.offset.reset': 'earliest' } }],
  },
  operations: [
    { at: '4s', do: 'add-voter', controller: 104 },
    { at: '10s', do: 'remove-voter', controller: 101 },
    { at: '18s', do: 'add-voter', controller: 105 },
    { at: '26s', do: 'remove-voter', controller: 102 },
    { at: '34s', do: 'add-voter', controller: 106 },
    { at: '42s', do: 'remove-voter', controller: 103 },
  ],
  faults: [
    { kind: 'power-loss', target: 'controller-leader', at: '10.2s', until: '14s' },
    { kind: 'isolate', target: 'controller-leader', at: '18.1s', until: '23s' },
    { kind: 'kill', target: 'controller-leader', at: '26.1s', until: '30s' },
    { kind: 'power-loss', target: 'controllers', at: '48s', until: '50s' },
  ],
  duration: '60s',
  expect: { probes: ['raft: voter added', 'raft: voter removed', 'crash: power lost'] },
});

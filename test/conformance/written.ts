import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { saveDisk } from '../../cli/save-disks.ts';
import { loadDataset, parseScenario } from '../../scenarios/load/index.ts';
import { Trial } from '../../sim/cluster/trial.ts';
import type { DiskImage } from '../../sim/disk/index.ts';

const topic = (name: string, config: Readonly<Record<string, number | string>>) => ({
  name,
  partitions: 1,
  replicationFactor: 2,
  config: { 'min.insync.replicas': 1, ...config },
});

const transactional = (name: string, on: string, records: number, more: object) => ({
  name,
  topic: on,
  config: { 'transactional.id': `${name}-${on}`, 'transaction.timeout.ms': 60_000 },
  workload: { kind: 'synthetic', rate: 12, valueBytes: 20, keys: 6, ...more },
  transactions: { records, abortPercent: 40 },
});

/** Members that are gone stay members for as long as anybody looks at them. */
const OUTLASTS = { 'session.timeout.ms': 1_000_000 };

const group = (name: string, protocol: string) => ({
  name,
  topic: 'orders',
  members: 2,
  commit: 'sync',
  config: {
    'group.id': `group-${name}`,
    'group.protocol': protocol,
    'auto.offset.reset': 'earliest',
    'isolation.level': 'read_committed',
    'max.poll.records': 5,
    ...(protocol === 'classic' ? OUTLASTS : {}),
  },
});

/**
 * A little of everything that a log directory holds: several segments (rolled by time), indexes with several entries,
 * leader epochs, a metadata log; groups of both protocols, positions committed in transactions and outside of them;
 * transactions that are committed, aborted and (its producer is dead) open; a compacted topic.
 */
const SCENARIO = {
  name: 'conformance',
  cluster: {
    brokers: 2,
    controllers: 1,
    // What the release of Kafka in pom.xml knows: this engine is a release ahead.
    controllerConfig: { 'metadata.version': 30, 'share.version': 1 },
    brokerConfig: {
      'offsets.topic.num.partitions': 1,
      'offsets.topic.replication.factor': 2,
      'transaction.state.log.num.partitions': 1,
      'transaction.state.log.replication.factor': 2,
      'transaction.state.log.min.isr': 1,
      'log.cleaner.backoff.ms': 1_000,
    },
    topics: [
      topic('flights', { 'segment.ms': 4_000, 'index.interval.bytes': 700 }),
      topic('orders', { 'segment.ms': 6_000 }),
      topic('bills', {}),
      topic('accounts', {
        'cleanup.policy': 'compact',
        'segment.ms': 3_000,
        'min.cleanable.dirty.ratio': 0.1,
        'delete.retention.ms': 60_000,
      }),
    ],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'flights',
        config: { acks: 'all', 'linger.ms': 100 },
        workload: { kind: 'dataset', dataset: 'us-flights', events: 120, rate: 12 },
      },
      transactional('p2', 'orders', 4, {}),
      transactional('p3', 'orders', 90, {}),
      transactional('p4', 'accounts', 5, { tombstonePercent: 20 }),
    ],
    consumers: [group('classic', 'classic'), group('consumer', 'consumer')],
    pipelines: [{ name: 'billing', from: 'orders', to: 'bills', abortPercent: 30, consumerConfig: OUTLASTS }],
  },
  faults: [
    { kind: 'stop', target: 'leader:flights-0', at: '5s', until: '8s' },
    { kind: 'kill', target: 'p3', at: '11s', until: '15s' },
  ],
  duration: '14s',
};

/**
 * Runs the scenario and writes the disks of its servers into a directory, a folder each: as they are when traffic ends,
 * with everything open that is open then. What follows in the run proves that they were the disks of a sound cluster.
 */
export function writeDisks(directory: string): void {
  const scenario = parseScenario('the conformance scenario', SCENARIO);
  const trial = new Trial(scenario, {
    seed: '1',
    codec: 'bytes',
    datasets: new Map([['us-flights', loadDataset('us-flights')]]),
  });
  if (!trial.boot()) throw new Error('the cluster that writes the disks did not come up');
  trial.runTraffic();
  const { cluster } = trial;
  untilQuiet(cluster);
  for (const { name } of [...cluster.controllers, ...cluster.brokers])
    saveDisk(cluster.host(name).disk.image(), join(directory, name));
  trial.settle();
  const { pending, verdict, violations } = trial.result(null);
  if (verdict !== 'pass') {
    const why = [...violations.map(({ message }) => message), ...pending];
    throw new Error(`the run that writes the disks: ${verdict}: ${why.slice(0, 5).join('; ')}`);
  }
}

const STEP_US = 1_000;
const MAX_STEPS = 2_000;
/** Enough to know a batch by: its end has the last record. */
const END_BYTES = 60;

/** Runs on until both brokers hold the same: whoever leads after a restart leads the same logs. */
function untilQuiet(cluster: Trial['cluster']): void {
  const { brokers, kernel } = cluster;
  for (let step = 0; step < MAX_STEPS; step++) {
    const [one, other] = brokers.map(({ name }) => endsOf(cluster.host(name).disk.image()));
    if (one === other) return;
    kernel.run(kernel.now + STEP_US);
  }
  throw new Error('the brokers never hold the same');
}

/** How every log ends: in other segments perhaps, and compacted or not. */
function endsOf(image: DiskImage): string {
  const logs = image.list('/data').filter((name) => /-\d+$/.test(name));
  const ends = logs.map((log) => {
    const last = image
      .list(`/data/${log}`)
      .filter((file) => file.endsWith('.log'))
      .sort()
      .at(-1);
    const path = `/data/${log}/${last}`;
    const size = Math.max(0, image.size(path));
    const end = image.read(path, Math.max(0, size - END_BYTES), Math.min(size, END_BYTES));
    return `${log} ${end}`;
  });
  return ends.join('\n');
}

/** The files that Kafka's tool reads, as paths below `directory`, sorted. */
export function dumpable(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\d{20}\.(?:log|index|timeindex|txnindex|snapshot)$/.test(path))
    .sort();
}

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { loadDisk, saveDisk } from '../../../cli/save-disks.ts';
import { parseScenario } from '../../../scenarios/load/index.ts';
import { runGuardedTrial } from '../../../sim/search/index.ts';
import { type State, stateOf } from '../loaded/state.ts';

const topic = (name: string) => ({
  name,
  partitions: 2,
  replicationFactor: 2,
  config: { 'min.insync.replicas': 1 },
});

const reader = (name: string, protocol: string) => ({
  name,
  topic: 'after',
  members: 2,
  commit: 'sync',
  config: {
    'group.id': `after-${name}`,
    'group.protocol': protocol,
    'auto.offset.reset': 'earliest',
    // Who joins waits this long for a coordinator that has lost power.
    'max.poll.interval.ms': 20_000,
  },
});

/** The cluster that the disks are of, and new traffic on topics of its own: through coordinators that load them. */
const SCENARIO = {
  name: 'on-kafka-disks',
  cluster: {
    brokers: 2,
    controllers: 1,
    brokerConfig: { 'transaction.state.log.min.isr': 1 },
    topics: [topic('after'), topic('after-bills')],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'after',
        config: { 'transactional.id': 'after-p1' },
        workload: { kind: 'synthetic', rate: 50, keys: 9 },
        transactions: { records: 6, abortPercent: 30 },
      },
    ],
    consumers: [reader('classic', 'classic'), reader('consumer', 'consumer')],
    pipelines: [{ name: 'after-billing', from: 'after', to: 'after-bills' }],
  },
  faults: [{ kind: 'power-loss', target: 'b1', at: '4s', until: '8s' }],
  duration: '20s',
};

/** What is compacted may be compacted further: of it only what each key has last. */
const COMPACTED = 'accounts-0';

/**
 * The other way round: a simulated cluster started on the disks that a real Kafka has run on and left. It must read
 * Kafka's metadata, recover its logs, load its groups and transactions, take new traffic of every kind through a power
 * loss, and have every record and position still.
 */
export function conformBootTrial(directory: string): string {
  const before = stateOf(join(directory, 'b1/data'));
  const after = join(directory, 'after');
  const result = runGuardedTrial(parseScenario('the scenario on Kafka’s disks', SCENARIO), {
    // Not the seed that wrote the disks: it would draw the same topic id again.
    seed: '2',
    codec: 'bytes',
    datasets: new Map(),
    mount: (node) => loadDisk(join(directory, node)),
    disks: (node, disk) => saveDisk(disk, join(after, node)),
  });
  if (result.verdict !== 'pass') {
    const why = [...result.violations.map(({ message }) => message), ...result.pending].slice(0, 10);
    throw new Error(`on the disks of a real Kafka the trial ended ${result.verdict}: ${why.join('; ')}`);
  }
  rejectLosses(before, stateOf(join(after, 'b1/data')));
  const { poll, produce } = result.operations;
  return (
    `${produce?.ok} new records and ${poll?.ok} polled beside the ${countOf(before)} records and ` +
    `${before.offsets.length} positions that Kafka left`
  );
}

function rejectLosses(before: State, now: State): void {
  for (const [log, records] of Object.entries(before.records)) {
    const kept = log === COMPACTED ? lastOf(now.records[log]!) : now.records[log];
    if (!isDeepStrictEqual(kept, log === COMPACTED ? lastOf(records) : records))
      throw new Error(`${log}: records that Kafka left are not there any more`);
  }
  for (const line of before.offsets)
    if (!now.offsets.includes(line)) throw new Error(`a position that Kafka left is gone: ${line}`);
}

function lastOf(records: readonly string[]): string[] {
  return [...new Map(records.map((line) => [line.split(' ')[1]!, line] as const)).values()].sort();
}

function countOf({ records }: State): number {
  return Object.values(records).reduce((sum, { length }) => sum + length, 0);
}

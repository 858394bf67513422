import { join } from 'node:path';
import { loadDisk, saveDisk } from '../../../cli/save-disks.ts';
import { parseScenario } from '../../../scenarios/load/index.ts';
import { runGuardedTrial } from '../../../sim/search/index.ts';
import { simulatedRecords } from './boot-kafka.ts';

/** The cluster that the disks are of, and new traffic on a topic of its own. */
const SCENARIO = {
  name: 'on-kafka-disks',
  cluster: {
    brokers: 2,
    controllers: 1,
    topics: [{ name: 'after', partitions: 2, replicationFactor: 2, config: { 'min.insync.replicas': 1 } }],
  },
  traffic: {
    producers: [
      {
        name: 'p1',
        topic: 'after',
        config: { acks: 'all' },
        workload: { kind: 'synthetic', rate: 50, keys: 9 },
      },
    ],
    consumers: [{ name: 'k1', topic: 'after', config: { 'auto.offset.reset': 'earliest' } }],
  },
  faults: [{ kind: 'power-loss', target: 'b1', at: '4s', until: '8s' }],
  duration: '20s',
};

/**
 * The other way round: a simulated cluster started on the disks that a real Kafka has run on and left. It must read
 * Kafka's metadata, recover its logs, take new traffic through a power loss, and have every record still.
 */
export function conformBootTrial(directory: string): string {
  const before = simulatedRecords(directory);
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
  if (simulatedRecords(after).join('\n') !== before.join('\n'))
    throw new Error('records that Kafka left are not there any more');
  return `${result.operations.produce?.ok} new records beside the ${before.length} that Kafka left`;
}

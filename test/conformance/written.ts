import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { saveDisk } from '../../cli/save-disks.ts';
import { loadDataset, parseScenario } from '../../scenarios/load/index.ts';
import { runGuardedTrial } from '../../sim/search/index.ts';

/**
 * A little of everything that a log directory holds: several segments (rolled by time), indexes with several entries,
 * two leader epochs, a metadata log.
 */
const SCENARIO = {
  name: 'conformance',
  cluster: {
    brokers: 2,
    controllers: 1,
    // What the release of Kafka in pom.xml knows: this engine is a release ahead.
    controllerConfig: { 'metadata.version': 30, 'share.version': 1 },
    topics: [
      {
        name: 'flights',
        partitions: 1,
        replicationFactor: 2,
        config: { 'min.insync.replicas': 1, 'segment.ms': 4_000, 'index.interval.bytes': 700 },
      },
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
    ],
    consumers: [],
  },
  faults: [{ kind: 'stop', target: 'leader:flights-0', at: '5s', until: '8s' }],
  duration: '12s',
};

/** Runs the scenario and writes the disks of its servers into a directory, a folder each. */
export function writeDisks(directory: string): void {
  const scenario = parseScenario('the conformance scenario', SCENARIO);
  const result = runGuardedTrial(scenario, {
    seed: '1',
    codec: 'bytes',
    datasets: new Map([['us-flights', loadDataset('us-flights')]]),
    disks: (node, disk) => saveDisk(disk, join(directory, node)),
  });
  if (result.verdict !== 'pass') throw new Error(`the run that writes the disks: ${result.verdict}`);
}

/** The files that Kafka's tool reads, as paths below `directory`, sorted. */
export function dumpable(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\d{20}\.(?:log|index|timeindex)$/.test(path))
    .sort();
}

import {
  type ClusterViews,
  findAnomalies,
  judge,
  validateRecovery,
  validateReplicas,
  whereValuesAre,
} from '../check/index.ts';
import type { Violation } from '../result/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { readRecordId } from '../workload/index.ts';
import { CLUSTER_ID, type Cluster, LOG_DIRECTORY } from './cluster.ts';
import { COMPRESSION } from './compression.ts';
import { promisesOf } from './promises.ts';
import type { Traffic } from './traffic.ts';

export interface Findings {
  readonly violations: readonly Violation[];
  readonly allowed: readonly Violation[];
}

/** What the end of a run shows: replicas, disks, and what clients saw against what they were promised. */
export function findAtEnd(
  scenario: Scenario,
  cluster: Cluster,
  traffic: Traffic,
  views: ClusterViews,
  converged: boolean,
): Findings {
  const at = cluster.kernel.now;
  const judged = judge(
    findAnomalies(traffic.recorder.history()),
    promisesOf(scenario, converged),
    whereValuesAre(views, COMPRESSION, readRecordId),
  );
  const recovery = validateRecovery(at, views, {
    clusterId: CLUSTER_ID,
    directory: LOG_DIRECTORY,
    compression: COMPRESSION,
    imageOf: (broker) => cluster.host(broker).disk.image(),
  });
  return {
    violations: [...validateReplicas(at, views), ...recovery, ...judged.violations],
    allowed: judged.allowed,
  };
}

/** What cannot hold once a record that was replicated is gone. */
const BROKEN_BY_LOSS: ReadonlySet<string> = new Set([
  'NoReplicatedRecordLost',
  'LeaderCompleteness',
  'ConsistentRead',
]);

/** Violations of invariants, told from what the scenario says beforehand that it may lose. */
export function sortViolations({ expect }: Scenario, found: readonly Violation[]): Findings {
  if (!expect.mayLoseReplicated) return { violations: found, allowed: [] };
  return {
    violations: found.filter(({ check }) => !BROKEN_BY_LOSS.has(check)),
    allowed: found.filter(({ check }) => BROKEN_BY_LOSS.has(check)),
  };
}

/** Probes that a scenario expects and that never fired: such a run proves nothing about them. */
export function findVacuous(
  { expect }: Scenario,
  at: number,
  probes: ReadonlyMap<string, number>,
): Violation[] {
  return expect.probes
    .filter((probe) => !probes.has(probe))
    .map((probe) => ({
      check: 'Vacuous',
      at,
      message: `the scenario expects "${probe}", which never happened: the run proves nothing about it`,
      evidence: { probe },
    }));
}

import { topicOfLog } from '../../engine/log/index.ts';
import {
  type ClusterViews,
  findAnomalies,
  judge,
  METADATA_LOG,
  validateExactlyOnce,
  validateExactTotals,
  validateHangingTransactions,
  validateProducers,
  validateRecovery,
  validateTimes,
  validateViews,
  whereValuesAre,
} from '../check/index.ts';
import { FAULT_KINDS, FAULT_RULES } from '../fault/index.ts';
import type { AdminOperation, Violation } from '../result/index.ts';
import { describeOperation, type Scenario } from '../scenario/index.ts';
import type { Dataset } from '../workload/index.ts';
import { idOfRecord, readSourceId } from '../workload/index.ts';
import { CLUSTER_ID, type Cluster } from './cluster.ts';
import type { CompactionWatch } from './compaction-watch.ts';
import { COMPRESSION } from './compression.ts';
import { expectedTotals, isCut } from './expected-totals.ts';
import { isGivenUp } from './operated.ts';
import { isRead, isReplicatedDurably, promisesOf, readersOfUncommitted, topicNamed } from './promises.ts';
import { logDirectoriesOf } from './topology.ts';
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
  datasets: ReadonlyMap<string, Dataset>,
  compaction: CompactionWatch,
  probes: ReadonlyMap<string, number>,
): Findings {
  const at = cluster.kernel.now;
  const removed = compaction.removed(at);
  const atRest = [
    ...compaction.validate(at),
    ...validateProducers(at, views),
    ...validateHangingTransactions(at, views),
  ];
  const sorted = sortViolations(scenario, atRest, probes);
  const promises = promisesOf(scenario, converged);
  const judged = judge(
    findAnomalies(
      { ...traffic.recorder.history(), readsUncommitted: readersOfUncommitted(scenario) },
      removed.isEmpty ? null : (write) => removed.has(write),
    ),
    promises,
    whereValuesAre(views, COMPRESSION, idOfRecord),
  );
  const recovery = validateRecovery(at, views, {
    clusterId: CLUSTER_ID,
    directories: logDirectoriesOf(scenario),
    compression: COMPRESSION,
    imageOf: (broker) => cluster.host(broker).disk.image(),
  });
  const isDrained = converged && scenario.expect.consumersReadAll;
  const { pipelines } = scenario.traffic;
  const flows = pipelines.flatMap(({ from, name, to }) => {
    const beside = pipelines.filter((each) => each.to === to);
    return validateExactlyOnce(at, views, COMPRESSION, {
      name,
      from,
      to,
      idOf: idOfRecord,
      sourceOf: readSourceId,
      copiers: beside.filter((each) => each.from === from).length,
      isAlone: beside.every((each) => each.from === from),
      keepsInput: !isCut(scenario, from),
      isDrained: isDrained && !isCut(scenario, to),
    });
  });
  const totals = isDrained
    ? expectedTotals(scenario, datasets).flatMap((each) => validateExactTotals(at, views, COMPRESSION, each))
    : [];
  const ends = [...flows, ...totals];
  const givenUp = (finding: Violation): boolean => isGivenUp(scenario.operations, finding);
  const broken = judged.violations.filter((finding) => !givenUp(finding));
  return {
    violations: [
      ...validateViews(at, views),
      ...recovery,
      ...sorted.violations,
      ...validateTimes(at, views, COMPRESSION),
      ...(promises.durable ? ends : []),
      ...broken,
    ],
    allowed: [
      ...sorted.allowed,
      ...(promises.durable ? [] : ends),
      ...judged.violations.filter(givenUp),
      ...judged.allowed,
    ].filter((finding) => !isOfNoReader(scenario, finding)),
  };
}

/** A record that nobody was there to read is not late. */
function isOfNoReader(scenario: Scenario, { check, evidence }: Violation): boolean {
  return check === 'late' && !isRead(String(evidence.log), scenario);
}

/** What cannot hold once a record that was replicated is gone. */
const BROKEN_BY_LOSS: ReadonlySet<string> = new Set([
  'NoReplicatedRecordLost',
  'LeaderCompleteness',
  'LeaderCandidateCompleteness',
  'ConsistentRead',
  'CompactionKeepsLast',
  'NoHangingTransaction',
  'CommittedReads',
]);

/**
 * What shows that a replica lost something: that its disk did, by the table's cost of what was injected or by its
 * effect (a rolling restart may be one of power losses; an error may be one of a sync, after which pages are gone), or
 * that somebody leads who does not have all.
 */
const LOSSES: readonly string[] = [
  'controller: unclean leader elected',
  'crash: power lost',
  'fault: disk-error',
  ...FAULT_KINDS.filter((kind) => FAULT_RULES[kind].cost === 'lossy').map((kind) => `fault: ${kind}`),
];

/**
 * Violations of invariants, told from what may be lost: what the scenario says so of, and, once a replica lost
 * something, what a single one may acknowledge. Nothing but a second replica keeps a record then. What is replicated
 * durably outlives RF - min ISR losses at a time: a schedule of more has to be declared (`mayLoseReplicated`).
 */
export function sortViolations(
  scenario: Scenario,
  found: readonly Violation[],
  probes: ReadonlyMap<string, number>,
): Findings {
  const isLossy = LOSSES.some((probe) => probes.has(probe));
  const excused = ({ check, evidence }: Violation): boolean => {
    // Kafka's own design, which the check has told apart and named.
    if (evidence.weakness !== undefined) return true;
    if (!BROKEN_BY_LOSS.has(check)) return false;
    return scenario.expect.mayLoseReplicated || (isLossy && isOnOneReplica(scenario, String(evidence.log)));
  };
  return { violations: found.filter((each) => !excused(each)), allowed: found.filter(excused) };
}

function isOnOneReplica(scenario: Scenario, log: string): boolean {
  return log !== METADATA_LOG && !isReplicatedDurably(topicNamed(topicOfLog(log), scenario), scenario);
}

/** Operations that were refused for good, in a scenario that does not say that they may be. */
export function findRefused(refused: readonly AdminOperation[], trafficFromUs: number): Violation[] {
  return refused.map(({ operation, to, error }) => ({
    check: 'OperationRefused',
    at: trafficFromUs + to,
    message: `${describeOperation(operation)} was refused: ${error ?? 'no reason was given'}`,
    evidence: { operation: operation.do, error },
  }));
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

import type { KnownWeakness, Violation } from '../../result/index.ts';
import { correlatedLoss } from './correlated-loss.ts';
import { delayedEndTxn } from './delayed-end-txn.ts';
import { expiredProducer } from './expired-producer.ts';
import { lateProduce } from './late-produce.ts';
import { mixedWrites } from './mixed-writes.ts';
import { decidedTwice, eligibleForgotten, lateMarker } from './named-by-check.ts';
import { oneReplica } from './one-replica.ts';
import type { RunWitness } from './run-witness.ts';
import { sequenceUsedTwice } from './sequence-used-twice.ts';
import { startingLeader } from './starting-leader.ts';
import { uncleanElection } from './unclean-election.ts';
import { uncommittedRead } from './uncommitted-read.ts';
import type { Weakness } from './weakness.ts';
import { zombieCoordinator } from './zombie-coordinator.ts';
import { zombieLeader } from './zombie-leader.ts';

/** Kafka's own, open to this day: the first that explains a finding is its name. */
export const WEAKNESSES: readonly Weakness[] = [
  delayedEndTxn,
  lateProduce,
  sequenceUsedTwice,
  lateMarker,
  decidedTwice,
  expiredProducer,
  eligibleForgotten,
  zombieCoordinator,
  startingLeader,
  mixedWrites,
  uncommittedRead,
  uncleanElection,
  zombieLeader,
  oneReplica,
  correlatedLoss,
];

export interface Classified {
  readonly violations: readonly Violation[];
  readonly allowed: readonly Violation[];
  readonly weaknesses: readonly KnownWeakness[];
}

/**
 * Takes out of what was found what a known weakness explains, by what the run shows of it and not by what was
 * configured. What is left of the violations is the engine's; what is left of the rest, the configuration's.
 */
export function classify(
  { violations, allowed }: Omit<Classified, 'weaknesses'>,
  run: RunWitness,
): Classified {
  const weaknesses: KnownWeakness[] = [];
  const rows = WEAKNESSES.filter(({ excuses }) => excuses);
  run.findings = [...violations, ...allowed];
  const unexplained = (finding: Violation, candidates: readonly Weakness[]): boolean => {
    for (const { id, issue, explain } of candidates) {
      const explanation = explain(finding, run);
      if (explanation === null) continue;
      const { words } = explanation;
      const message = words === '' ? finding.message : `${finding.message} (${words})`;
      const evidence = { ...finding.evidence, ...explanation.evidence };
      weaknesses.push({ ...finding, weakness: id, issue, message, evidence });
      return false;
    }
    return true;
  };
  return {
    violations: violations.filter((each) => unexplained(each, rows)),
    allowed: allowed.filter((each) => unexplained(each, WEAKNESSES)),
    weaknesses,
  };
}

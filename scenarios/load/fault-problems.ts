import { durationUs, type Fault, type Scenario } from '../../sim/scenario/index.ts';
import { knownTargets } from './known-targets.ts';
import type { Problem } from './problem.ts';

/** Faults that hit nothing, or never hold. */
export function faultProblems(scenario: Scenario, problems: Problem[]): void {
  const targets = knownTargets(scenario);
  scenario.faults.forEach((fault, i) => {
    const path = `faults.${i}`;
    targetProblems(scenario, fault, path, targets, problems);
    const at = durationUs(fault.at);
    if (fault.until !== undefined && durationUs(fault.until) <= at) {
      problems.push({
        path: `${path}.until`,
        message: `found "${fault.until}", which is not after at "${fault.at}"`,
      });
    }
    if (at >= durationUs(scenario.duration)) {
      problems.push({
        path: `${path}.at`,
        message: `found "${fault.at}", but the run lasts ${scenario.duration}`,
      });
    }
  });
  randomFaultProblems(scenario, problems);
}

function targetProblems(
  { cluster }: Scenario,
  fault: Fault,
  path: string,
  targets: ReadonlySet<string>,
  problems: Problem[],
): void {
  const named: readonly (readonly [string, string])[] =
    'target' in fault
      ? [['target', fault.target]]
      : [
          ['from', fault.from],
          ['to', fault.to],
        ];
  for (const [field, target] of named) {
    if (targets.has(target)) continue;
    problems.push({
      path: `${path}.${field}`,
      message: `nothing here is called "${target}"; targets are b1..b${cluster.brokers}, c101..c${100 + cluster.controllers}, rack:a…, leader:TOPIC-N, follower:TOPIC-N, controller-leader, brokers, controllers, clients, or a client's name`,
    });
  }
}

function randomFaultProblems(scenario: Scenario, problems: Problem[]): void {
  const random = scenario.randomFaults;
  if (random === null || durationUs(random.durationMin) <= durationUs(random.durationMax)) return;
  problems.push({
    path: 'randomFaults.durationMin',
    message: `found "${random.durationMin}", which is longer than durationMax "${random.durationMax}"`,
  });
}

import type { Scenario } from '../scenario/index.ts';
import { Trial } from './trial.ts';
import type { TrialOptions, TrialResult } from './trial-contract.ts';

/**
 * One trial: boot, traffic under faults, heal, settle, judge. Throws a RangeError for a scenario that the loader
 * would have refused; whatever the engine does, it comes back as a result.
 */
export function runTrial(scenario: Scenario, options: TrialOptions): TrialResult {
  const trial = new Trial(scenario, options);
  const { brokers, controllers } = trial.cluster;
  const servers = [...controllers, ...brokers].map(({ name }) => trial.cluster.host(name));
  for (const { name, disk } of servers) {
    const image = options.mount?.(name) ?? null;
    if (image !== null) disk.mount(image);
  }
  const failure = runPhases(trial);
  for (const { name, disk } of servers) options.disks?.(name, disk.image());
  return trial.result(failure);
}

/** Why it ended early, or null. */
function runPhases(trial: Trial): string | null {
  if (!trial.boot()) return 'the cluster did not come up';
  trial.runTraffic();
  trial.settle();
  return null;
}

import { isCompacted, type Scenario } from '../../sim/scenario/index.ts';
import type { Problem } from './problem.ts';

/** Of records without a key nothing can be compacted: a broker refuses them (`INVALID_RECORD`). */
export function compactionProblems(scenario: Scenario, problems: Problem[]): void {
  scenario.traffic.producers.forEach(({ topic, workload }, i) => {
    if (workload.kind !== 'synthetic' || workload.keys > 0) return;
    const path = `traffic.producers.${i}.workload`;
    if (workload.tombstonePercent > 0)
      problems.push({
        path: `${path}.tombstonePercent`,
        message: `found ${workload.tombstonePercent}, but the records have no keys; say keys: 100`,
      });
    if (isCompacted(topic, scenario))
      problems.push({
        path: `${path}.keys`,
        message: `found 0, but ${topic} is compacted and takes no record without a key; say keys: 100`,
      });
  });
}

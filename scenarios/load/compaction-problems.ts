import { isCompacted, type Scenario, type TrafficSpec } from '../../sim/scenario/index.ts';
import type { Problem } from './problem.ts';

/** Of records without a key nothing can be compacted: a broker refuses them (`INVALID_RECORD`). */
export function compactionProblems(scenario: Scenario, problems: Problem[]): void {
  const { traffic } = scenario;
  traffic.producers.forEach(({ topic, workload }, i) => {
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
  const writers = keylessWriters(traffic);
  traffic.pipelines.forEach(({ from, to }, i) => {
    const writer = writers.get(from);
    if (writer === undefined || !isCompacted(to, scenario)) return;
    problems.push({
      path: `traffic.pipelines.${i}.to`,
      message: `found "${to}", which is compacted and takes no record without a key, as ${writer} writes them to "${from}"; say keys: 100 in its workload`,
    });
  });
}

/** By topic, a producer whose records have no keys there; a pipeline hands on what it reads. */
function keylessWriters({ pipelines, producers }: TrafficSpec): ReadonlyMap<string, string> {
  const writers = new Map<string, string>();
  for (const { name, topic, workload } of producers)
    if (workload.kind === 'synthetic' && workload.keys === 0) writers.set(topic, name);
  for (let found = -1; found !== writers.size; ) {
    found = writers.size;
    for (const { from, to } of pipelines) {
      const writer = writers.get(from);
      if (writer !== undefined && !writers.has(to)) writers.set(to, writer);
    }
  }
  return writers;
}

import { loadDataset } from '../scenarios/load/index.ts';
import type { Scenario } from '../sim/scenario/index.ts';
import type { Dataset } from '../sim/workload/index.ts';

/** The data sets that a scenario's workloads name, read once. */
export function datasetsFor(scenario: Scenario): Map<string, Dataset> {
  const datasets = new Map<string, Dataset>();
  for (const { workload } of scenario.traffic.producers) {
    if (workload.kind === 'dataset' && !datasets.has(workload.dataset)) {
      datasets.set(workload.dataset, loadDataset(workload.dataset));
    }
  }
  return datasets;
}

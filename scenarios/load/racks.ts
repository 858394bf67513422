import type { Scenario } from '../../sim/scenario/index.ts';

/** a, b, c…: as many as a scenario has. */
export function racksOf(scenario: Scenario): string[] {
  return Array.from({ length: scenario.cluster.racks }, (_, i) => String.fromCharCode(97 + i));
}

import type { ScenarioInput } from '../../scenarios/load/index.ts';
import { coordinatorScenarios } from './coordinator-scenarios.ts';
import { scenarios } from './scenarios.ts';

/** Every scenario that mutations are hunted in, by name. */
export const huntingGrounds: Readonly<Record<string, ScenarioInput>> = {
  ...scenarios,
  ...coordinatorScenarios,
};

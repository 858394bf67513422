/**
 * From what a person wrote to a scenario: the schema, the meaning, `--set`, the catalogue, the data sets. Every
 * mistake is a `ScenarioError` that names the place, what was found and what to do, before anything runs.
 */
export * from './advice.ts';
export * from './datasets.ts';
export * from './load.ts';
export * from './parse.ts';
export * from './placement-file.ts';
export * from './problem.ts';
export { scenario } from './scenario.ts';
export type { ScenarioInput } from './schema.ts';
export { loadSweep, type Sweep, type SweepInput, sweepFile } from './sweep-file.ts';

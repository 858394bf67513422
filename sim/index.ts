/**
 * The public face of the world: a scenario in, a result out. Everything behind it is a function of (scenario, seed).
 */
export { runTrial, type TrialOptions, type TrialResult } from './cluster/index.ts';
export type * from './result/index.ts';
export * from './scenario/index.ts';
export type { Dataset, DatasetEvent } from './workload/index.ts';

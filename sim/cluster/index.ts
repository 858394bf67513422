/**
 * The composition root: servers and clients of `engine/` on hosts of this world, the faults of a scenario done to
 * them, the checks listening, and one function that runs a trial from boot to verdict.
 *
 * An administrator's operations run from a host of their own, through an admin client: `operations.ts` has their
 * times and retries, `operation-steps.ts` the calls of each, `operated.ts` what they take from what a scenario promises.
 *
 * Owns: what a scenario means. Invariants: a trial is a function of (scenario, seed); nothing outlives it.
 */
export { type HardwareProfile, hardwareNames, hardwareProfile } from './hardware.ts';
export {
  type ConfigOwner,
  idempotenceProblemOf,
  type KnownConfig,
  knownConfiguration,
  knownFeatures,
} from './known-configuration.ts';
export { runTrial } from './run-trial.ts';
export {
  ADMIN_HOST,
  brokersOf,
  clientsOf,
  controllersOf,
  logDirectoriesOf,
  OPERATIONS_HOST,
} from './topology.ts';
export type { TrialOptions, TrialResult } from './trial-contract.ts';

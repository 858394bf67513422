/**
 * Many trials, and the guard around each: seeds over worker threads, and traps on every global that leaks time or
 * luck. The only room of the world, with gateway/, that may touch Node.
 */

export * from './divergence.ts';
export * from './guard.ts';
export * from './guarded-trial.ts';
export { measuredCell } from './measured-cell.ts';
export * from './swarm.ts';
export { runTrials, type TaskOutcome, type TrialTask } from './trial-pool.ts';

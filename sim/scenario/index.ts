/**
 * The scenario contract: one trial as plain data. What it means is decided in `sim/cluster`; what may be written in a
 * file is decided by the loader in `scenarios/`.
 */
export * from './duration.ts';
export * from './fault.ts';
export * from './operation.ts';
export * from './scenario.ts';

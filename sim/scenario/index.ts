/**
 * The scenario contract: one trial as plain data. What it means is decided in `sim/cluster`; what may be written in a
 * file is decided by the loader in `scenarios/`.
 */
export * from './cleanup-policy.ts';
export * from './client.ts';
export type * from './clock-fault.ts';
export type * from './config.ts';
export type * from './disk-fault.ts';
export * from './duration.ts';
export type * from './fault.ts';
export type * from './network-fault.ts';
export * from './operation.ts';
export type * from './process-fault.ts';
export * from './scenario.ts';
export type * from './timed-fault.ts';
export * from './topics.ts';

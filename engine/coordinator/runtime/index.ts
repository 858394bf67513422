export type * from './contract.ts';
export { coordinatorError } from './coordinator-error.ts';
export type * from './coordinator-log.ts';
export { CoordinatorRuntime, type ShardView } from './coordinator-runtime.ts';
export type { RuntimeOptions } from './runtime-options.ts';

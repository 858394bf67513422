export type * from './contract.ts';
export { appendError, coordinatorError } from './coordinator-error.ts';
export type * from './coordinator-log.ts';
export { CoordinatorRuntime, type LoadedShard, type ShardView } from './coordinator-runtime.ts';
export { type RebuildOptions, rebuildShard } from './rebuild-shard.ts';
export type { RuntimeOptions } from './runtime-options.ts';

/**
 * The contract between the engine and whatever runs it. A `Machine` is stepped with an `Input` and answers through an
 * `Outbox`; time is an argument, the `Disk`, the `Random` streams and the `WallClock` are ports handed to its
 * constructor.
 *
 * Invariants: nothing here knows whether time is real; no step awaits; nothing is called back outside a step.
 * Imports nothing.
 */
export * from './assert.ts';
export * from './disk.ts';
export * from './fact.ts';
export * from './frame.ts';
export * from './machine.ts';
export * from './outbox.ts';
export * from './random.ts';
export * from './time.ts';
export * from './timer.ts';
export * from './unheard.ts';
export * from './work.ts';

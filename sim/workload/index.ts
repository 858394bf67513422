/**
 * Traffic: what the applications of a trial send and how they read. Drivers stand in for application threads; they are
 * asked by the client machines (`engine/client/ports.ts`) and draw from streams of their own.
 *
 * Every record carries its own id in its value, a tombstone in a header, so that a reader can be told what it read.
 */
export * from './copy.ts';
export * from './dataset.ts';
export * from './dataset-driver.ts';
export * from './group-driver.ts';
export * from './poll-driver.ts';
export * from './record-id.ts';
export * from './source-driver.ts';
export * from './synthetic-driver.ts';
export * from './transaction-driver.ts';

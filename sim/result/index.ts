/** The result contract: what a trial comes to, as plain data that reports and other tools read. */
export * from './result.ts';
export type * from './sweep.ts';

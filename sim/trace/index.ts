/**
 * What a run was, in one number and, when asked for, in one line per event. The hash covers every input that a
 * machine was given and every fact that it stated, so that two runs with one hash did the same things in the same
 * order.
 */
export { describeFact, describeInput } from './describe.ts';
export { Trace } from './trace.ts';
export { TraceHash } from './trace-hash.ts';

/**
 * What each node believes about time. Simulated time is the truth; a node sees its wall clock (offset, drift,
 * steps, freezes) and its monotonic clock (own base, own drift, never back). Kafka's uses of each are kept
 * apart by the engine.
 *
 * Owns: both clocks of a node, their faults and heals.
 * Invariants: integer arithmetic only; the monotonic clock never goes back while the machine has power.
 * Not modelled: leap seconds, slewing (a correction is a step).
 */
export * from './node-clock.ts';

/**
 * The event queue and the run loop: the only place where simulated time moves.
 *
 * Owns: simulated time, the order of events, the reasons to stop.
 * Invariants: events run in the order of (at, seq), seq being the order of scheduling; an event is never
 * scheduled in the past; a cancelled event never runs; nothing is allocated per event; at most
 * PENDING_EVENTS_LIMIT events wait.
 * An event is data (a kind, one payload, one number), never a closure: what is to come can be counted and
 * named.
 * Two structures, one order: a wheel for the next few milliseconds, where an event costs the same however
 * many wait, and a heap for the rest.
 * Imports engine/machine only.
 */
export * from './kernel.ts';

/**
 * Luck, by name. One seed gives any number of independent streams, each the business of one purpose; a new
 * purpose takes a new name, so that old seeds keep their meaning.
 *
 * Owns: the generator (xoshiro128**), seeding (seedrandom, here only), the shapes of draws: bounded, ratio,
 * exponential.
 * Invariants: a stream depends on (seed, full name) and on its own draws, nothing else; every draw is integer
 * arithmetic.
 */
export * from './random-stream.ts';
export * from './random-streams.ts';

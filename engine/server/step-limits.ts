/**
 * Rounds that one step may take until nothing is left to hand from one component to another. Each round moves at least
 * one reply, request, publication or append on, and none of them comes from nowhere: more is a loop.
 */
export const MAX_DRAIN_ROUNDS = 10_000;

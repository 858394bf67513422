/** Kinds of the process's timers that are the group coordinator's: 40-43. */
export const GroupTimer = {
  /** A shard goes on loading; the argument is its partition. */
  LOAD: 40,
  /** A timer of a shard; the argument is its number. */
  SHARD: 41,
  /** Writes of a shard have waited too long; the argument is its partition. */
  WRITE: 42,
} as const;

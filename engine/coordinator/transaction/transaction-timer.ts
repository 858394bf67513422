/** The timer kinds of the transaction coordinator (44 to 47). */
export const TransactionTimer = {
  /** The runtime's: a stretch of a partition is loaded, a shard's timer is due, a write has waited too long. */
  LOAD: 44,
  SHARD: 45,
  WRITE: 46,
  /** The coordinator's own; the argument is one of `Sweep`. */
  SWEEP: 47,
} as const;

export const Sweep = {
  /** Transactions that took too long are aborted. */
  ABORT_TIMED_OUT: 0,
  /** Ids that nobody uses are forgotten. */
  EXPIRE: 1,
  /** Markers that failed are sent again. */
  RETRY_MARKERS: 2,
} as const;

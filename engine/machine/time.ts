/** Integer microseconds on a node's monotonic clock. Never a fraction, never wall time. */
export type Us = number;

export const MS: Us = 1_000;
export const SECOND: Us = 1_000_000;

/**
 * A node's wall clock, as Kafka's `Time.milliseconds()`. It may be skewed, drift or step backwards:
 * use it only where Kafka does (record timestamps, retention), never to measure a duration.
 */
export interface WallClock {
  /** Milliseconds since the epoch of this node's own belief, an integer. */
  nowMs(): number;
}

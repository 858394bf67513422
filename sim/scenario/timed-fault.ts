import type { Duration } from './duration.ts';

/**
 * Whom a fault hits: a node (`b1`, `c101`, `p1`), a role that is looked up at the moment of the fault
 * (`leader:topic-0`, `follower:topic-0`, `followers:topic-0`, `controller-leader`), a rack (`rack:a`), a region
 * (`region:1`), or a class (`brokers`, `controllers`, `servers`, `clients`, `all`). Several are joined by `+`:
 * `b1+leader:topic-0`.
 */
export type Target = string;

export interface TimedFault {
  /** From the start of the traffic. */
  readonly at: Duration;
  /** When it heals; never before the end of the run if absent. */
  readonly until?: Duration | undefined;
  /**
   * Left out, and counted as such, when it would leave a partition of its targets with fewer in-sync replicas than its
   * min ISR: what Kafka promises to survive ends there.
   */
  readonly whenSafe?: boolean | undefined;
}

import type { Duration } from './duration.ts';

/**
 * Whom a fault hits: a node (`b1`, `c101`, `p1`), a role that is looked up at the moment of the fault
 * (`leader:topic-0`, `follower:topic-0`, `controller-leader`), a rack (`rack:a`), or a class (`brokers`,
 * `controllers`, `clients`).
 */
export type Target = string;

interface Timed {
  /** From the start of the traffic. */
  readonly at: Duration;
  /** When it heals; never before the end of the run if absent. */
  readonly until?: Duration | undefined;
}

export type Fault = Timed &
  (
    | {
        /** The process dies, its page cache lives; its connections reset. Heals by a restart. */ readonly kind: 'kill';
        readonly target: Target;
      }
    | {
        /** The machine loses power: silence, and what was not synced is at risk. Heals by a restart. */ readonly kind: 'power-loss';
        readonly target: Target;
      }
    | {
        /** SIGTERM: controlled shutdown. Heals by a start. */ readonly kind: 'stop';
        readonly target: Target;
      }
    | { /** SIGSTOP, a long GC pause. Heals by SIGCONT. */ readonly kind: 'pause'; readonly target: Target }
    | {
        /** Silence between two sides: both ways, or only what `from` sends. */ readonly kind: 'partition';
        readonly from: Target;
        readonly to: Target;
        readonly oneWay: boolean;
      }
    | {
        /** Cut off from everybody else. */ readonly kind: 'isolate';
        readonly target: Target;
        readonly direction: 'both' | 'inbound' | 'outbound';
      }
    | { readonly kind: 'slow-network'; readonly from: Target; readonly to: Target; readonly delay: Duration }
    | { readonly kind: 'reset-connections'; readonly from: Target; readonly to: Target }
    | {
        /** Syncs do not complete, reads and writes crawl. */ readonly kind: 'disk-stall';
        readonly target: Target;
      }
    | { readonly kind: 'disk-error'; readonly target: Target; readonly operation: 'read' | 'write' | 'sync' }
    | {
        readonly kind: 'clock-step';
        readonly target: Target;
        readonly by: Duration;
        readonly backwards: boolean;
      }
  );

export type FaultKind = Fault['kind'];

/** A random schedule: how many faults of which kinds, within what the cluster promises to survive. */
export interface RandomFaults {
  readonly count: number;
  readonly kinds: readonly FaultKind[];
  /** Faults that may hold at the same time; 1 keeps within what RF 3 with min ISR 2 survives. */
  readonly atOnce: number;
  readonly durationMin: Duration;
  readonly durationMax: Duration;
  /** Quiet time after a heal before the next fault. */
  readonly stability: Duration;
}

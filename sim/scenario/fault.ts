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

/** The process dies, its page cache lives; its connections reset. Heals by a restart. */
export interface Kill extends Timed {
  readonly kind: 'kill';
  readonly target: Target;
}

/** The machine loses power: silence, and what was not synced is at risk. Heals by power and a restart. */
export interface PowerLoss extends Timed {
  readonly kind: 'power-loss';
  readonly target: Target;
}

/** SIGTERM: a controlled shutdown. Heals by a start. */
export interface Stop extends Timed {
  readonly kind: 'stop';
  readonly target: Target;
}

/** SIGSTOP, a long collection. Heals by SIGCONT. */
export interface Pause extends Timed {
  readonly kind: 'pause';
  readonly target: Target;
}

/** Silence between two sides: both ways, or only of what `from` sends. */
export interface Partition extends Timed {
  readonly kind: 'partition';
  readonly from: Target;
  readonly to: Target;
  readonly oneWay: boolean;
}

/** Cut off from everybody else; hosts of one target still hear each other. */
export interface Isolate extends Timed {
  readonly kind: 'isolate';
  readonly target: Target;
  readonly direction: 'both' | 'inbound' | 'outbound';
}

/** So much more one-way delay, both ways. */
export interface SlowNetwork extends Timed {
  readonly kind: 'slow-network';
  readonly from: Target;
  readonly to: Target;
  readonly delay: Duration;
}

/** Connections between two sides break, once; nothing to heal. */
export interface ResetConnections extends Timed {
  readonly kind: 'reset-connections';
  readonly from: Target;
  readonly to: Target;
}

/** Syncs do not complete, reads and writes crawl. */
export interface DiskStall extends Timed {
  readonly kind: 'disk-stall';
  readonly target: Target;
}

/** Every such operation answers EIO. Heals by a good disk and, if the process gave up, a restart. */
export interface DiskFailure extends Timed {
  readonly kind: 'disk-error';
  readonly target: Target;
  readonly operation: 'read' | 'write' | 'sync';
}

/** The wall clock jumps. Heals by being set right. */
export interface ClockStep extends Timed {
  readonly kind: 'clock-step';
  readonly target: Target;
  readonly by: Duration;
  readonly backwards: boolean;
}

export type Fault =
  | Kill
  | PowerLoss
  | Stop
  | Pause
  | Partition
  | Isolate
  | SlowNetwork
  | ResetConnections
  | DiskStall
  | DiskFailure
  | ClockStep;

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

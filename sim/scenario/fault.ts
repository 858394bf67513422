import type { ClockFault } from './clock-fault.ts';
import type { DiskFault } from './disk-fault.ts';
import type { Duration } from './duration.ts';
import type { NetworkFault } from './network-fault.ts';
import type { ProcessFault } from './process-fault.ts';

/** One thing that goes wrong, as data. What each does to the world stands in `sim/fault`, one file a kind. */
export type Fault = ProcessFault | NetworkFault | DiskFault | ClockFault;

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
  /** Each seed has a random half of the kinds, with weights of its own: a run of one colour finds more. */
  readonly swarm: boolean;
}

import type { Duration } from './duration.ts';
import type { Target, TimedFault } from './timed-fault.ts';

/** The wall clock jumps. Heals by being set right. */
export interface ClockStep extends TimedFault {
  readonly kind: 'clock-step';
  readonly target: Target;
  readonly by: Duration;
  readonly backwards: boolean;
}

/** Every target's wall clock is off by another constant, within so much either way. Heals by being set right. */
export interface ClockSkew extends TimedFault {
  readonly kind: 'clock-skew';
  readonly target: Target;
  readonly within: Duration;
  /** Any integer: who is off by how much. */
  readonly salt: number;
}

/** The wall clock gains (or, negative, loses) so much per million. Heals by being set right. */
export interface ClockDrift extends TimedFault {
  readonly kind: 'clock-drift';
  readonly target: Target;
  readonly ppm: number;
}

/** The wall clock stands still. Heals by being set right. */
export interface ClockFreeze extends TimedFault {
  readonly kind: 'clock-freeze';
  readonly target: Target;
}

/** The monotonic clock gains so much per million: time-outs run early by as much, or late. */
export interface TimerDrift extends TimedFault {
  readonly kind: 'timer-drift';
  readonly target: Target;
  readonly ppm: number;
}

export type ClockFault = ClockStep | ClockSkew | ClockDrift | ClockFreeze | TimerDrift;

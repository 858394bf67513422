import { assert } from './assert.ts';

/**
 * A timer's name within one machine: a kind (which component, which clock) and an argument (which partition, which
 * request).
 */
export type TimerId = number;

/** Kinds are below this, so that `kind + argument * TIMER_KINDS` is one integer. */
export const TIMER_KINDS = 64;

export function timerId(kind: number, argument = 0): TimerId {
  assert(
    kind >= 0 && kind < TIMER_KINDS && argument >= 0,
    'a timer kind is in [0, 64), its argument is not negative',
  );
  return kind + argument * TIMER_KINDS;
}

export function timerKind(timer: TimerId): number {
  return timer % TIMER_KINDS;
}

export function timerArgument(timer: TimerId): number {
  return (timer - (timer % TIMER_KINDS)) / TIMER_KINDS;
}

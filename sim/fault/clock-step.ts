import { type ClockStep, durationUs, formatDuration } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onEach } from './on-each.ts';

/** The wall clock jumps; set right when it heals. */
export const clockStep: FaultRule<ClockStep> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'clock-step',
    target,
    by: formatDuration((1 + (variant % 60)) * 1_000_000),
    backwards: (variant >>> 8) % 2 === 0,
  }),
  inject: ({ target, by, backwards }, world) =>
    onEach(world, target, ({ clock }) => {
      clock.step(durationUs(by) * (backwards ? -1 : 1));
      return () => clock.synchronise();
    }),
};

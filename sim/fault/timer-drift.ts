import type { TimerDrift } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { onEach } from './on-each.ts';

/** The monotonic clock runs fast or slow: a session may end at the controller before its owner would think so. */
export const timerDrift: FaultRule<TimerDrift> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'timer-drift',
    target,
    ppm: pick(variant, 0, [-100_000, -1_000, 1_000, 100_000]),
  }),
  inject: ({ target, ppm }, world) =>
    onEach(world, target, ({ clock }) => {
      clock.driftMonotonic(ppm);
      return () => clock.driftMonotonic(0);
    }),
};

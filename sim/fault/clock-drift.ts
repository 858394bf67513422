import type { ClockDrift } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { onEach } from './on-each.ts';

/** The wall clock runs fast or slow; real ones stay below 500 ppm. */
export const clockDrift: FaultRule<ClockDrift> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'clock-drift',
    target,
    ppm: pick(variant, 0, [-50_000, -500, 500, 50_000]),
  }),
  inject: ({ target, ppm }, world) =>
    onEach(world, target, ({ clock }) => {
      clock.drift(ppm);
      return () => clock.synchronise();
    }),
};

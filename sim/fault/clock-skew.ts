import { type ClockSkew, durationUs } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { between, mixed } from './luck.ts';
import { onEach } from './on-each.ts';

/** No two clocks agree; each is wrong by a constant of its own. */
export const clockSkew: FaultRule<ClockSkew> = {
  cost: 'nothing',
  draw: ({ variant }) => ({
    kind: 'clock-skew',
    target: 'servers',
    within: between(variant, 0, 1, 120, 1_000_000),
    salt: variant % 1_000,
  }),
  inject: ({ target, within, salt }, world) => {
    const widestUs = durationUs(within);
    return onEach(world, target, ({ clock, name }) => {
      clock.step((mixed(salt, sumOf(name)) % (2 * widestUs + 1)) - widestUs);
      return () => clock.synchronise();
    });
  },
};

/** A number for a name, so that a node's offset does not depend on who else is hit. */
function sumOf(name: string): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (Math.imul(sum, 31) + name.charCodeAt(i)) | 0;
  return sum;
}

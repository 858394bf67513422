import type { Bridge } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { groupOf, shuffled } from './luck.ts';
import { cutWays } from './on-ways.ts';

/** Two halves, and one node that both hear (Jepsen, `nemesis/bridge`). */
export const bridge: FaultRule<Bridge> = {
  cost: 'away',
  draw: ({ scenario, variant }) => ({
    kind: 'bridge',
    among: groupOf(scenario, variant),
    salt: variant % 1_000,
  }),
  inject: ({ among, salt }, world) => {
    const targets = shuffled(world.resolve(among), salt);
    const middle = targets[0];
    const first = new Set(targets.slice(1, 1 + Math.floor((targets.length - 1) / 2)));
    return cutWays(world, targets, (a, b) => a === middle || b === middle || first.has(a) === first.has(b));
  },
};

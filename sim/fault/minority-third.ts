import type { MinorityThird } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { groupOf, shuffled } from './luck.ts';
import { cutWays } from './on-ways.ts';

/** A third of the nodes apart: the others are a majority, and must go on. */
export const minorityThird: FaultRule<MinorityThird> = {
  cost: 'away',
  draw: ({ scenario, variant }) => ({
    kind: 'minority-third',
    among: groupOf(scenario, variant),
    salt: variant % 1_000,
  }),
  inject: ({ among, salt }, world) => {
    const targets = shuffled(world.resolve(among), salt);
    const minority = new Set(targets.slice(0, Math.max(1, Math.floor(targets.length / 3))));
    return cutWays(world, targets, (a, b) => minority.has(a) === minority.has(b));
  },
};

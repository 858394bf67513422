import type { Halves } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { groupOf, shuffled } from './luck.ts';
import { cutWays } from './on-ways.ts';

/** Two halves that do not hear each other. */
export const halves: FaultRule<Halves> = {
  cost: 'away',
  draw: ({ scenario, variant }) => ({
    kind: 'halves',
    among: groupOf(scenario, variant),
    salt: variant % 1_000,
  }),
  inject: ({ among, salt }, world) => {
    const targets = shuffled(world.resolve(among), salt);
    const first = new Set(targets.slice(0, Math.floor(targets.length / 2)));
    return cutWays(world, targets, (a, b) => first.has(a) === first.has(b));
  },
};

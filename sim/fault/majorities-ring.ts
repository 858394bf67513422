import type { MajoritiesRing } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { groupOf, shuffled } from './luck.ts';
import { cutWays } from './on-ways.ts';

/**
 * Every node hears a majority, and no two the same one (Jepsen, `majorities-ring`). The nodes stand in a circle, and
 * each hears itself and those next after it, as many as make a majority.
 */
export const majoritiesRing: FaultRule<MajoritiesRing> = {
  cost: 'away',
  draw: ({ scenario, variant }) => ({
    kind: 'majorities-ring',
    among: groupOf(scenario, variant),
    salt: variant % 1_000,
  }),
  inject: ({ among, salt }, world) => {
    const targets = shuffled(world.resolve(among), salt);
    const majority = Math.floor(targets.length / 2) + 1;
    const place = new Map(targets.map((name, i) => [name, i]));
    return cutWays(world, targets, (listener, speaker) => {
      const ahead = (place.get(speaker)! - place.get(listener)! + targets.length) % targets.length;
      return ahead < majority;
    });
  },
};

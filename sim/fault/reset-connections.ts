import type { ResetConnections } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';

/** Connections break at once; a side that is left out hears of it when it speaks. */
export const resetConnections: FaultRule<ResetConnections> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'reset-connections',
    from: target,
    to: variant % 2 === 0 ? 'clients' : 'brokers',
    side: pick(variant, 0, ['both', 'from', 'to'] as const),
  }),
  inject: ({ from, to, side }, world) => {
    const targets = world.resolve(from);
    if (world.network.reset(targets, world.resolve(to), side) > 0) world.probe('connections reset');
    return { targets, heals: [] };
  },
};

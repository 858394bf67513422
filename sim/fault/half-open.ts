import type { HalfOpen } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';

/** One side has lost its connections, and the other speaks into the void until its own time-outs end that. */
export const halfOpen: FaultRule<HalfOpen> = {
  cost: 'away',
  draw: ({ target, variant }) => ({
    kind: 'half-open',
    from: target,
    to: pick(variant, 0, ['clients', 'brokers', 'controllers']),
  }),
  inject: ({ from, to }, world) => {
    const targets = world.resolve(from);
    return { targets, heals: [world.network.halfOpen(targets, world.resolve(to))] };
  },
};

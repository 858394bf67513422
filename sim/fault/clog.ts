import type { Clog } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { onWays } from './on-ways.ts';

/** A jam: what was sent meanwhile arrives late, all at once, when nobody expects it any more. */
export const clog: FaultRule<Clog> = {
  cost: 'away',
  draw: ({ target, variant }) => ({
    kind: 'clog',
    from: target,
    to: pick(variant, 0, ['all', 'brokers', 'controllers', 'clients']),
    oneWay: pick(variant, 1, [true, true, false]),
  }),
  inject: ({ from, to, oneWay }, world) => onWays(world, from, to, oneWay, { kind: 'clog' }),
};

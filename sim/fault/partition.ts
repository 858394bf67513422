import type { Partition } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onWays } from './on-ways.ts';

/** Silence between two sides, or from one of them. */
export const partition: FaultRule<Partition> = {
  cost: 'away',
  draw: ({ target, variant }) => ({
    kind: 'partition',
    from: target,
    to: variant % 4 === 0 ? 'clients' : 'brokers',
    oneWay: (variant >>> 8) % 2 === 0,
  }),
  inject: ({ from, to, oneWay }, world) => onWays(world, from, to, oneWay, { kind: 'cut' }),
};

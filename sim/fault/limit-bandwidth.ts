import type { LimitBandwidth } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { onWays } from './on-ways.ts';

/** Each way carries no more than so much. */
export const limitBandwidth: FaultRule<LimitBandwidth> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'limit-bandwidth',
    from: target,
    to: 'all',
    bytesPerSecond: pick(variant, 0, [50_000, 200_000, 1_000_000]),
  }),
  inject: ({ from, to, bytesPerSecond }, world) =>
    onWays(world, from, to, false, { kind: 'limit', bytesPerSecond }),
};

import { durationUs, type LongTail } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { between, pick } from './luck.ts';
import { onWays } from './on-ways.ts';

/** Most packets are as fast as ever, and a few are very late; everything behind them on their connection too. */
export const longTail: FaultRule<LongTail> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'long-tail',
    from: target,
    to: 'all',
    oneIn: pick(variant, 0, [10, 100, 1_000]),
    delay: between(variant, 1, 1, 20, 100_000),
  }),
  inject: ({ from, to, oneIn, delay }, world) =>
    onWays(world, from, to, false, {
      kind: 'tail',
      ppm: Math.ceil(1_000_000 / oneIn),
      upToUs: durationUs(delay),
    }),
};

import { durationUs, formatDuration, type SlowNetwork } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onWays } from './on-ways.ts';

/** So much more delay, both ways. */
export const slowNetwork: FaultRule<SlowNetwork> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'slow-network',
    from: target,
    to: 'brokers',
    delay: formatDuration((1 + (variant % 200)) * 1_000),
  }),
  inject: ({ from, to, delay }, world) =>
    onWays(world, from, to, false, {
      kind: 'delay',
      extra: { floorUs: durationUs(delay), tailUsMean: 0 },
    }),
};

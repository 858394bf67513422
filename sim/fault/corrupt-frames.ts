import type { CorruptFrames } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { onWays } from './on-ways.ts';

/**
 * Damage that TCP's sum of 16 bits does not see, in what a batch's CRC covers: it must be caught wherever a batch is
 * taken in. The rest of a frame has no sum in Kafka, so that nothing could be promised of damage there.
 */
export const corruptFrames: FaultRule<CorruptFrames> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'corrupt-frames',
    from: target,
    to: 'all',
    oneIn: pick(variant, 0, [2, 5, 20, 100]),
  }),
  inject: ({ from, to, oneIn }, world) =>
    onWays(world, from, to, false, { kind: 'corrupt', ppm: Math.ceil(1_000_000 / oneIn) }),
};

import type { PacketLoss } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { onWays } from './on-ways.ts';

/** Packets are lost and repeated: delay by round trips and by doubling time-outs. */
export const packetLoss: FaultRule<PacketLoss> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'packet-loss',
    from: target,
    to: 'all',
    lossPer10k: pick(variant, 0, [10, 100, 500, 2_000]),
  }),
  inject: ({ from, to, lossPer10k }, world) =>
    onWays(world, from, to, false, { kind: 'lose', ppm: lossPer10k * 100 }),
};

import type { DiskThrottle } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { onEach } from './on-each.ts';

/** A ceiling on what the device writes. */
export const diskThrottle: FaultRule<DiskThrottle> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'disk-throttle',
    target,
    bytesPerSecond: pick(variant, 0, [20_000, 100_000, 1_000_000]),
  }),
  inject: ({ target, bytesPerSecond }, world) =>
    onEach(world, target, ({ disk }) => {
      const id = disk.inject({ kind: 'throttle', bytesPerSecond });
      return () => disk.heal(id);
    }),
};

import { type DiskSlow, durationUs } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { between } from './luck.ts';
import { onEach } from './on-each.ts';

/** A gray failure: slow enough to hurt, never slow enough to be found dead. */
export const diskSlow: FaultRule<DiskSlow> = {
  cost: 'nothing',
  draw: ({ target, variant }) => ({
    kind: 'disk-slow',
    target,
    delay: between(variant, 0, 1, 40, 10_000),
  }),
  inject: ({ target, delay }, world) =>
    onEach(world, target, ({ disk }) => {
      const us = durationUs(delay);
      const id = disk.inject({
        kind: 'slow',
        syncExtra: { floorUs: Math.floor(us / 2), tailUsMean: Math.ceil(us / 2) },
        operationUs: Math.floor(us / 100),
      });
      return () => disk.heal(id);
    }),
};

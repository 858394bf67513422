import type { StaleBlock } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { batchOn } from './files.ts';
import { brokerOf } from './luck.ts';
import { onEach } from './on-each.ts';

/** A write that was acknowledged and is not there: the block of a file that only grows was zeros before it. */
export const staleBlock: FaultRule<StaleBlock> = {
  cost: 'lossy',
  draw: (draw) => ({ kind: 'stale-block', target: brokerOf(draw), salt: draw.variant % 100_000 }),
  inject: ({ target, salt }, world) =>
    onEach(world, target, ({ disk }) => {
      const batch = batchOn(disk, salt);
      if (batch === null) {
        world.probe('stale-block found no file');
        return () => {};
      }
      world.probe('disk: block went stale');
      return disk.damage(batch.path, batch.position, new Uint8Array(batch.length)) ?? (() => {});
    }),
};

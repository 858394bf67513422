import type { MisdirectedWrite } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { batchOn } from './files.ts';
import { brokerOf, mixed } from './luck.ts';
import { onEach } from './on-each.ts';

/**
 * The device put a batch in the place of another one (TigerBeetle, `storage.zig`): two places are wrong, and the bytes
 * in the second have a CRC that agrees with themselves. Recovery takes a batch for whole by its CRC alone, as Kafka's
 * does (`LogSegment.recover`): a replica that recovers meanwhile has a hole. Beyond what replication promises.
 */
export const misdirectedWrite: FaultRule<MisdirectedWrite> = {
  cost: 'lossy',
  draw: (draw) => ({ kind: 'misdirected-write', target: brokerOf(draw), salt: draw.variant % 100_000 }),
  inject: ({ target, salt }, world) =>
    onEach(world, target, ({ disk }) => {
      const meant = batchOn(disk, salt);
      const hit = batchOn(disk, mixed(salt, 7));
      if (meant === null || hit === null || (meant.path === hit.path && meant.position === hit.position)) {
        world.probe('misdirected-write found no place');
        return () => {};
      }
      world.probe('disk: write misdirected');
      const bytes = disk.peek(meant.path, meant.position, meant.length).slice();
      const heals = [
        disk.damage(hit.path, hit.position, bytes),
        disk.damage(meant.path, meant.position, new Uint8Array(meant.length)),
      ];
      return () => {
        // The second may lie across the first.
        for (const heal of heals.toReversed()) heal?.();
      };
    }),
};

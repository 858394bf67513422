import type { SimulatedDisk } from '../disk/index.ts';
import type { BitFlip } from '../scenario/index.ts';
import type { FaultRule, Heal } from './fault-rule.ts';
import { batchOn, coveredPlace, filesOf } from './files.ts';
import { brokerOf, mixed } from './luck.ts';
import { onEach } from './on-each.ts';

/** A bit changes at rest. In batches it is one that the CRC covers; it is put right when the fault heals. */
export const bitFlip: FaultRule<BitFlip> = {
  cost: 'away',
  draw: (draw) => ({ kind: 'bit-flip', target: brokerOf(draw), in: 'segment', salt: draw.variant % 100_000 }),
  inject: (fault, world) =>
    onEach(world, fault.target, ({ disk }) => {
      const place = placeOn(disk, fault);
      if (place === null) {
        world.probe('bit-flip found no file');
        return () => {};
      }
      world.probe('disk: bit flipped at rest');
      return flip(disk, place.path, place.position, mixed(fault.salt, 3));
    }),
};

function placeOn(
  disk: SimulatedDisk,
  { in: wanted, salt }: BitFlip,
): { path: string; position: number } | null {
  if (wanted === 'segment' || wanted === 'metadata') {
    const batch = batchOn(disk, salt, wanted);
    return batch === null ? null : { path: batch.path, position: coveredPlace(batch, salt) };
  }
  const paths = filesOf(disk, wanted);
  if (paths.length === 0) return null;
  const path = paths[mixed(salt, 0) % paths.length]!;
  return { path, position: mixed(salt, 1) % disk.size(path) };
}

function flip(disk: SimulatedDisk, path: string, position: number, bit: number): Heal {
  const byte = disk.peek(path, position, 1)[0]!;
  return disk.damage(path, position, new Uint8Array([byte ^ (1 << (bit & 7))])) ?? (() => {});
}

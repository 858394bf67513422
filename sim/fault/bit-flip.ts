import type { SimulatedDisk } from '../disk/index.ts';
import type { BitFlip } from '../scenario/index.ts';
import type { FaultRule, Heal } from './fault-rule.ts';
import { batchOn, coveredPlace, filesOf } from './files.ts';
import { brokerOf, mixed } from './luck.ts';
import { onEach } from './on-each.ts';

/** A bit changes at rest. In batches it is one that the CRC covers; it is put right when the fault heals. */
export const bitFlip: FaultRule<BitFlip> = {
  cost: 'lossy',
  draw: (draw) => ({ kind: 'bit-flip', target: brokerOf(draw), in: 'segment', salt: draw.variant % 100_000 }),
  inject: (fault, world) =>
    onEach(world, fault.target, ({ disk }) => {
      const place = placeOn(disk, fault);
      if (place === null) {
        world.probe('bit-flip found no file');
        return () => {};
      }
      world.probe('disk: bit flipped at rest');
      return flip(disk, place, mixed(fault.salt, 3));
    }),
};

interface Place {
  readonly path: string;
  readonly position: number;
  /** What is compared before it is put right: the whole batch, so that one written there since is not taken for it. */
  readonly from: number;
  readonly length: number;
}

function placeOn(disk: SimulatedDisk, { in: wanted, salt }: BitFlip): Place | null {
  if (wanted === 'segment' || wanted === 'metadata') {
    const batch = batchOn(disk, salt, wanted);
    if (batch === null) return null;
    const { path, position: from, length } = batch;
    return { path, position: coveredPlace(batch, salt), from, length };
  }
  const paths = filesOf(disk, wanted);
  if (paths.length === 0) return null;
  const path = paths[mixed(salt, 0) % paths.length]!;
  const position = mixed(salt, 1) % disk.size(path);
  return { path, position, from: position, length: 1 };
}

function flip(disk: SimulatedDisk, { path, position, from, length }: Place, bit: number): Heal {
  const bytes = disk.peek(path, from, length).slice();
  const at = position - from;
  bytes[at] = bytes[at]! ^ (1 << (bit & 7));
  return disk.damage(path, from, bytes) ?? (() => {});
}

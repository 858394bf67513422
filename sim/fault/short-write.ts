import type { ShortWrite } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { pick } from './luck.ts';
import { mendDisk } from './mend-disk.ts';
import { onEachDown } from './on-each.ts';

/** Part of a batch is in the file when the write fails: what comes back must cut it off. */
export const shortWrite: FaultRule<ShortWrite> = {
  cost: 'away',
  draw: ({ target, variant }) => ({ kind: 'short-write', target, oneIn: pick(variant, 0, [1, 3, 10]) }),
  inject: ({ target, oneIn }, world) =>
    onEachDown(world, target, (host) => {
      const id = host.disk.inject({ kind: 'short write', path: '*', oneIn });
      return () => mendDisk(host, id, world);
    }),
};

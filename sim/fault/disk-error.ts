import type { DiskFailure } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { mendDisk } from './mend-disk.ts';
import { onEachDown } from './on-each.ts';

/** EIO. A broker loses its log directory by it, and with its last one its life. */
export const diskError: FaultRule<DiskFailure> = {
  cost: 'away',
  draw: ({ target, variant }) => ({
    kind: 'disk-error',
    target,
    operation: (['read', 'write', 'sync'] as const)[variant % 3]!,
  }),
  inject: ({ target, operation, path = '*', oneIn = 1 }, world) =>
    onEachDown(world, target, (host) => {
      const id = host.disk.inject({ kind: 'error', operation, path, code: 'EIO', oneIn });
      return () => mendDisk(host, id, world);
    }),
};

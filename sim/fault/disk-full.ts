import type { DiskFull } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { mendDisk } from './mend-disk.ts';
import { onEachDown } from './on-each.ts';

/** ENOSPC, which Kafka takes for a failed log directory. */
export const diskFull: FaultRule<DiskFull> = {
  cost: 'away',
  draw: ({ target }) => ({ kind: 'disk-full', target }),
  inject: ({ target }, world) =>
    onEachDown(world, target, (host) => {
      const id = host.disk.inject({ kind: 'full' });
      return () => mendDisk(host, id, world);
    }),
};

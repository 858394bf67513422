import type { SyncLoss } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { brokerOf } from './luck.ts';
import { mendDisk } from './mend-disk.ts';
import { onEachDown } from './on-each.ts';

/**
 * A failed sync after which the kernel takes the pages for clean (PostgreSQL's "fsyncgate", Rebello and others 2020):
 * who asks again is told that all is well, and the next power loss finds zeros.
 */
export const syncLoss: FaultRule<SyncLoss> = {
  cost: 'lossy',
  draw: (draw) => ({ kind: 'sync-loss', target: brokerOf(draw) }),
  inject: ({ target }, world) =>
    onEachDown(world, target, (host) => {
      const id = host.disk.inject({
        kind: 'error',
        operation: 'sync',
        path: '*',
        code: 'EIO',
        dropsPages: true,
      });
      return () => mendDisk(host, id, world);
    }),
};

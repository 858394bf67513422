import type { DiskStall } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onEach } from './on-each.ts';

/** What a write or read takes on a disk that stalls: the controller answers, the medium hardly. */
const STALLED_OPERATION_US = 2_000;

/** No sync ends before it heals. */
export const diskStall: FaultRule<DiskStall> = {
  cost: 'away',
  draw: ({ target }) => ({ kind: 'disk-stall', target }),
  inject: ({ target }, world) =>
    onEach(world, target, ({ disk }) => {
      const id = disk.inject({ kind: 'stall', operationUs: STALLED_OPERATION_US });
      return () => disk.heal(id);
    }),
};

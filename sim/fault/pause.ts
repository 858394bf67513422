import type { Pause } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onEach } from './on-each.ts';

/** SIGSTOP. Inputs queue; beyond the session time-out the node is replaced and does not know it. */
export const pause: FaultRule<Pause> = {
  cost: 'away',
  draw: ({ target }) => ({ kind: 'pause', target }),
  inject: ({ target }, world) =>
    onEach(world, target, (host) => {
      host.pause();
      return () => host.resume();
    }),
};

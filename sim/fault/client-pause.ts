import type { ClientPause } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { clientOf } from './luck.ts';
import { onEach } from './on-each.ts';

/** SIGSTOP for a client, or a collection that stops its world: it comes back and believes to be what it was. */
export const clientPause: FaultRule<ClientPause> = {
  cost: 'nothing',
  draw: ({ scenario, variant }) => ({ kind: 'client-pause', target: clientOf(scenario, variant) }),
  inject: ({ target }, world) =>
    onEach(world, target, (host) => {
      host.pause();
      return () => host.resume();
    }),
};

import type { ClientCrash } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { clientOf } from './luck.ts';
import { onEachDown } from './on-each.ts';

/** A client dies with what it had not sent; what it had sent is in doubt. */
export const clientCrash: FaultRule<ClientCrash> = {
  cost: 'nothing',
  draw: ({ scenario, variant }) => ({ kind: 'client-crash', target: clientOf(scenario, variant) }),
  inject: ({ target }, world) =>
    onEachDown(world, target, (host) => {
      host.kill();
      return () => host.start();
    }),
};

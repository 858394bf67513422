import type { Stop } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onEachDown } from './on-each.ts';

/** SIGTERM: a controlled shutdown; healed by a start. */
export const stop: FaultRule<Stop> = {
  cost: 'away',
  draw: ({ target }) => ({ kind: 'stop', target }),
  inject: ({ target }, world) =>
    onEachDown(world, target, (host) => {
      host.stop();
      return () => host.start();
    }),
};

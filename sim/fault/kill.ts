import type { Kill } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onEachDown } from './on-each.ts';

/** kill -9: the page cache lives, connections are reset; healed by a start. */
export const kill: FaultRule<Kill> = {
  cost: 'away',
  draw: ({ target }) => ({ kind: 'kill', target }),
  inject: ({ target }, world) =>
    onEachDown(world, target, (host) => {
      host.kill();
      return () => host.start();
    }),
};

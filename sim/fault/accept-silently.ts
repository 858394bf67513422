import type { AcceptSilently } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';

/** The kernel accepts, the process takes requests in and does them, and no byte comes back. */
export const acceptSilently: FaultRule<AcceptSilently> = {
  cost: 'away',
  draw: ({ target }) => ({ kind: 'accept-silently', target }),
  inject: ({ target }, { network, resolve }) => {
    const targets = resolve(target);
    const rest = network.names().filter((name) => !targets.includes(name));
    const id = network.inject(targets, rest, { kind: 'mute' });
    return { targets, heals: [() => network.heal(id)] };
  },
};

import type { Isolate } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';

/** Cut off from everybody else, or deaf, or dumb. */
export const isolate: FaultRule<Isolate> = {
  cost: 'away',
  draw: ({ target, variant }) => ({
    kind: 'isolate',
    target,
    direction: (['both', 'inbound', 'outbound'] as const)[variant % 3]!,
  }),
  inject: ({ target, direction }, { network, resolve }) => {
    const targets = resolve(target);
    const rest = network.names().filter((name) => !targets.includes(name));
    const id =
      direction === 'both'
        ? network.injectBothWays(targets, rest, { kind: 'cut' })
        : direction === 'outbound'
          ? network.inject(targets, rest, { kind: 'cut' })
          : network.inject(rest, targets, { kind: 'cut' });
    return { targets, heals: [() => network.heal(id)] };
  },
};

import type { PlaneCut } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';

/**
 * The target loses one plane and keeps the other. Controllers are hosts of their own here, so that the plane of
 * port 9093 is every way to and from a controller.
 */
export const planeCut: FaultRule<PlaneCut> = {
  cost: 'away',
  draw: ({ target, variant }) => ({
    kind: 'plane-cut',
    target,
    plane: variant % 2 === 0 ? 'control' : 'data',
  }),
  inject: ({ target, plane }, { network, resolve }) => {
    const targets = resolve(target);
    const others =
      plane === 'control' ? resolve('controllers') : [...resolve('brokers'), ...resolve('clients')];
    const id = network.injectBothWays(targets, others, { kind: 'cut' });
    return { targets, heals: [() => network.heal(id)] };
  },
};

import type { Wipe } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { brokerOf } from './luck.ts';
import { onEachDown } from './on-each.ts';

/**
 * The machine burns down; another with the same node id and an empty, newly formatted disk takes its place. Drawn for
 * brokers only: a voter without its disk has forgotten whom it voted for, and static voters do not survive that.
 */
export const wipe: FaultRule<Wipe> = {
  cost: 'lossy',
  draw: (draw) => ({ kind: 'wipe', target: brokerOf(draw) }),
  inject: ({ target }, world) =>
    onEachDown(world, target, (host) => {
      host.powerOff();
      host.disk.wipe();
      return () => host.powerOn();
    }),
};

import type { PowerLoss } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onEachDown } from './on-each.ts';

/** Silence, and a crash state on the disk of every target at one instant. */
export const powerLoss: FaultRule<PowerLoss> = {
  cost: 'lossy',
  draw: ({ target }) => ({ kind: 'power-loss', target }),
  inject: ({ target }, world) =>
    onEachDown(world, target, (host) => {
      host.powerOff();
      return () => host.powerOn();
    }),
};

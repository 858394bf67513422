import type { ClockFreeze } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { onEach } from './on-each.ts';

/** The wall clock stands still, and time-outs go on. */
export const clockFreeze: FaultRule<ClockFreeze> = {
  cost: 'nothing',
  draw: ({ target }) => ({ kind: 'clock-freeze', target }),
  inject: ({ target }, world) =>
    onEach(world, target, ({ clock }) => {
      clock.freeze();
      return () => clock.synchronise();
    }),
};

import type { CorruptRead } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { brokerOf, pick } from './luck.ts';
import { onEach } from './on-each.ts';

/**
 * Good on the medium, damaged on the way: who reads again may get it right. Who recovers meanwhile cuts off what is
 * good, and so loses it.
 */
export const corruptRead: FaultRule<CorruptRead> = {
  cost: 'lossy',
  draw: (draw) => ({
    kind: 'corrupt-read',
    target: brokerOf(draw),
    oneIn: pick(draw.variant, 0, [2, 5, 20]),
  }),
  inject: ({ target, oneIn }, world) =>
    onEach(world, target, ({ disk }) => {
      const id = disk.inject({ kind: 'corrupt read', path: '*.log', oneIn });
      return () => disk.heal(id);
    }),
};

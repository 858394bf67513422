import type { CorruptRead } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { brokerOf, pick } from './luck.ts';
import { onEach } from './on-each.ts';

/** Good on the medium, damaged on the way: who reads again may get it right. */
export const corruptRead: FaultRule<CorruptRead> = {
  cost: 'nothing',
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

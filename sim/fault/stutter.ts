import { durationUs, type Stutter } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { between } from './luck.ts';
import { onEach } from './on-each.ts';

/** Collections one after another: never long enough to be replaced, always late. */
export const stutter: FaultRule<Stutter> = {
  cost: 'away',
  draw: ({ target, variant }) => ({
    kind: 'stutter',
    target,
    every: between(variant, 0, 5, 30, 100_000),
    pause: between(variant, 1, 1, 8, 100_000),
  }),
  inject: ({ target, every, pause }, world) =>
    onEach(world, target, (host) => {
      const collect = (): void => {
        host.pause();
        world.after(durationUs(pause), () => host.resume());
        world.after(durationUs(pause) + durationUs(every), collect);
      };
      collect();
      return () => host.resume();
    }),
};

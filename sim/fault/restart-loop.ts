import { durationUs, type RestartLoop } from '../scenario/index.ts';
import type { FaultRule } from './fault-rule.ts';
import { between, brokerOf } from './luck.ts';
import { onEach } from './on-each.ts';

/** Dies every so often; whoever watches processes starts it in between, often before it has recovered. */
export const restartLoop: FaultRule<RestartLoop> = {
  cost: 'away',
  draw: ({ target, variant, scenario }) => ({
    kind: 'restart-loop',
    target: brokerOf({ target, variant, scenario }),
    every: between(variant, 0, 10, 60, 100_000),
  }),
  inject: ({ target, every }, world) =>
    onEach(world, target, (host) => {
      const crash = (): void => {
        if (host.state === 'running' || host.state === 'booting') world.probe('restart loop: killed again');
        host.kill();
        world.after(durationUs(every), crash);
      };
      crash();
      return () => host.start();
    }),
};

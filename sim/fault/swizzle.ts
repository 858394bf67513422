import type { Swizzle } from '../scenario/index.ts';
import type { FaultRule, Heal } from './fault-rule.ts';
import { shuffled } from './luck.ts';

/** When nobody said how long it lasts, a node is jammed or freed every so often. */
const STEP_US = 1_000_000;

/**
 * Swizzle-clogging (FoundationDB, `RandomClogging.cpp`): about half the nodes are jammed one by one, and freed one by
 * one in another order. Queued traffic of different ages is let go while others still wait.
 */
export const swizzle: FaultRule<Swizzle> = {
  cost: 'away',
  draw: ({ variant }) => ({
    kind: 'swizzle',
    among: variant % 3 === 0 ? 'servers' : 'brokers',
    salt: variant % 1_000,
  }),
  inject: ({ among, salt }, world) => {
    const { network } = world;
    const members = shuffled(world.resolve(among), salt);
    const targets = members.slice(0, Math.ceil(members.length / 2));
    const rest = network.names();
    const steps = 2 * targets.length;
    const stepUs = world.lastsUs < 0 ? STEP_US : Math.floor(world.lastsUs / (steps + 1));
    const frees = new Map<string, Heal>();
    targets.forEach((name, i) => {
      world.after(i * stepUs, () => {
        const id = network.injectBothWays([name], rest, { kind: 'clog' });
        frees.set(name, () => network.heal(id));
      });
    });
    shuffled(targets, salt + 1).forEach((name, i) => {
      world.after((targets.length + i) * stepUs, () => {
        frees.get(name)?.();
        frees.delete(name);
        world.probe('swizzle: freed a node');
      });
    });
    const freeAll = (): void => {
      for (const free of frees.values()) free();
    };
    return { targets, heals: [freeAll] };
  },
};

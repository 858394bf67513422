import type { Host } from '../host/index.ts';
import type { Target } from '../scenario/index.ts';
import type { FaultWorld, Heal, Injected } from './fault-rule.ts';

/** Does the same to every host of a target, at one instant. */
export function onEach(world: FaultWorld, target: Target, strike: (host: Host) => Heal): Injected {
  const targets = world.resolve(target);
  return { targets, heals: targets.map((name) => strike(world.host(name))) };
}

/** As `onEach`, and nobody starts the processes again before it heals. The strike may end them. */
export function onEachDown(world: FaultWorld, target: Target, strike: (host: Host) => Heal): Injected {
  const targets = world.resolve(target);
  // All before any: a process that one strike ends is gone because of this fault.
  const releases = targets.map((name) => world.keepDown(name));
  const heals = targets.map((name) => strike(world.host(name)));
  return { targets, heals: [...releases, ...heals] };
}

import { durationUs, type RollingRestart } from '../scenario/index.ts';
import type { FaultRule, FaultWorld } from './fault-rule.ts';
import { between, pick } from './luck.ts';

/** One after another: the operator's upgrade, or an outage that wanders from rack to rack. */
export const rollingRestart: FaultRule<RollingRestart> = {
  // One node at a time, and the next may go before the last has caught up.
  cost: 'away',
  draw: ({ variant }) => ({
    kind: 'rolling-restart',
    target: 'brokers',
    how: pick(variant, 0, ['stop', 'kill'] as const),
    by: 'node',
    down: between(variant, 1, 5, 20, 100_000),
    gap: between(variant, 2, 30, 80, 100_000),
  }),
  inject: (fault, world) => {
    const targets = world.resolve(fault.target);
    const groups = fault.by === 'node' ? targets.map((name) => [name]) : byRack(targets, world);
    const { heals, turn } = turns(fault, world, groups);
    turn(0);
    return { targets, heals: [() => heals()] };
  },
};

function turns(
  { how, down, gap }: RollingRestart,
  world: FaultWorld,
  groups: readonly (readonly string[])[],
): { heals: () => void; turn: (index: number) => void } {
  let back: (() => void) | null = null;
  const comeBack = (): void => {
    back?.();
    back = null;
  };
  const turn = (index: number): void => {
    const group = groups[index];
    if (group === undefined) return;
    const releases = group.map((name) => world.keepDown(name));
    for (const name of group) goDown(how, world, name);
    back = () => {
      for (const release of releases) release();
      for (const name of group) comeUp(how, world, name);
    };
    world.after(durationUs(down), comeBack);
    world.after(durationUs(down) + durationUs(gap), () => turn(index + 1));
  };
  return { heals: comeBack, turn };
}

function goDown(how: RollingRestart['how'], world: FaultWorld, name: string): void {
  const host = world.host(name);
  if (how === 'stop') host.stop();
  else if (how === 'kill') host.kill();
  else host.powerOff();
}

function comeUp(how: RollingRestart['how'], world: FaultWorld, name: string): void {
  const host = world.host(name);
  if (how === 'power-loss') host.powerOn();
  else host.start();
}

/** Groups in the order of their first member. */
function byRack(names: readonly string[], world: FaultWorld): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const { region, rack } = world.network.host(name).location;
    const key = `${region}/${rack}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [name]);
    else group.push(name);
  }
  return [...groups.values()];
}

import type { NetworkFault } from '../network/index.ts';
import type { Target } from '../scenario/index.ts';
import type { FaultWorld, Injected } from './fault-rule.ts';

/** Lays a fault on the ways between two targets. */
export function onWays(
  { network, resolve }: FaultWorld,
  from: Target,
  to: Target,
  oneWay: boolean,
  fault: NetworkFault,
): Injected {
  const targets = resolve(from);
  const others = resolve(to);
  const id = oneWay ? network.inject(targets, others, fault) : network.injectBothWays(targets, others, fault);
  return { targets, heals: [() => network.heal(id)] };
}

/** Cuts every way, in one direction each, from a host to those that it is not to be heard by. */
export function cutWays(
  { network }: FaultWorld,
  targets: readonly string[],
  hears: (listener: string, speaker: string) => boolean,
): Injected {
  const ids = targets.map((speaker) =>
    network.inject(
      [speaker],
      targets.filter((listener) => listener !== speaker && !hears(listener, speaker)),
      { kind: 'cut' },
    ),
  );
  return { targets, heals: ids.map((id) => () => network.heal(id)) };
}

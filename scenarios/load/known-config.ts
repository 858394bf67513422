import { type ConfigOwner, type KnownConfig, knownConfiguration } from '../../sim/cluster/index.ts';

const cache = new Map<ConfigOwner, ReadonlyMap<string, KnownConfig>>();

/** Configurations that a scenario may set, by owner. */
export function knownConfig(owner: ConfigOwner): ReadonlyMap<string, KnownConfig> {
  let known = cache.get(owner);
  if (known === undefined) cache.set(owner, (known = knownConfiguration(owner)));
  return known;
}

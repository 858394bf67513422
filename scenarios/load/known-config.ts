import { type ConfigOwner, type KnownConfig, knownConfiguration } from '../../sim/cluster/index.ts';
import type { Config } from '../../sim/scenario/index.ts';

const cache = new Map<ConfigOwner, ReadonlyMap<string, KnownConfig>>();

/** Configurations that a scenario may set, by owner. */
export function knownConfig(owner: ConfigOwner): ReadonlyMap<string, KnownConfig> {
  let known = cache.get(owner);
  if (known === undefined) cache.set(owner, (known = knownConfiguration(owner)));
  return known;
}

/** What is no number is told of elsewhere, and counts as the default here. */
export function numberIn(config: Config, owner: ConfigOwner, key: string): number {
  const value = config[key];
  return typeof value === 'number' ? value : Number(knownConfig(owner).get(key)!.default);
}

export function textIn(config: Config, owner: ConfigOwner, key: string): string {
  return String(config[key] ?? knownConfig(owner).get(key)!.default);
}

import { assert } from '../machine/index.ts';
import type { StaticConfig } from '../metadata/index.ts';

/**
 * A component's settings: its defaults, with what the node's configuration file sets among them. Keys that the
 * component does not know are another's. A value of the wrong type is an impossible state: the scenario loader
 * checked the file.
 */
export function settings<C extends object>(defaults: C, file: StaticConfig): C {
  const merged = { ...defaults } as Record<string, unknown>;
  for (const name of Object.keys(defaults)) {
    const value = file[name];
    if (value === undefined) continue;
    const fallback = merged[name];
    assert(
      fallback === null || typeof fallback === typeof value,
      () => `${name} is a ${typeof fallback}, not ${JSON.stringify(value)}`,
    );
    merged[name] = value;
  }
  return merged as C;
}

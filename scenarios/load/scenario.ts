import type { ScenarioInput } from './schema.ts';

/**
 * A scenario as its author writes it, checked by the compiler; the loader checks it again and fills in the defaults.
 */
export function scenario(input: ScenarioInput): ScenarioInput {
  return input;
}

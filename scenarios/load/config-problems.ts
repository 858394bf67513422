import type { KnownConfig } from '../../sim/cluster/index.ts';
import type { Config } from '../../sim/scenario/index.ts';
import { didYouMean } from './advice.ts';
import { knownConfig } from './known-config.ts';
import type { Problem } from './problem.ts';

/** Kafka configurations that are not simulated, or hold what they cannot hold. */
export function configProblems(
  path: string,
  config: Config,
  owner: Parameters<typeof knownConfig>[0],
  problems: Problem[],
): void {
  const known = knownConfig(owner);
  for (const [key, value] of Object.entries(config)) {
    const definition = known.get(key);
    const message =
      definition === undefined
        ? `not a ${owner} configuration that is simulated${didYouMean(key, [...known.keys()])}`
        : valueProblem(value, definition);
    if (message !== null) problems.push({ path: `${path}.${key}`, message });
  }
}

function valueProblem(
  value: Config[string],
  { default: fallback, values, accepts }: KnownConfig,
): string | null {
  if (accepts?.(String(value))) return null;
  if (values !== null) {
    return accepts === undefined && values.includes(String(value))
      ? null
      : `found ${JSON.stringify(value)}${didYouMean(String(value), values)}`;
  }
  if (typeof value !== typeof fallback)
    return `found ${JSON.stringify(value)}; it is a ${typeof fallback}, by default ${JSON.stringify(fallback)}`;
  return typeof value === 'number' ? numberProblem(value, Number(fallback)) : null;
}

/** Where Kafka's default is negative, -1 means something. Every number that is simulated is a whole one. */
function numberProblem(value: number, fallback: number): string | null {
  if (Number.isInteger(fallback) && !Number.isSafeInteger(value))
    return `found ${value}; it is a whole number, by default ${fallback}`;
  return value < Math.min(0, fallback) ? `found ${value}; it cannot be negative` : null;
}

import type { Classified } from '../check/index.ts';
import type { Scenario } from '../scenario/index.ts';

/** What a scenario was made to show is no violation of its: it is told, and classed as allowed. */
export function asExpected({ expect }: Scenario, found: Classified): Classified {
  if (expect.allowed.length === 0) return found;
  const isExpected = ({ check }: { readonly check: string }): boolean => expect.allowed.includes(check);
  return {
    ...found,
    violations: found.violations.filter((finding) => !isExpected(finding)),
    allowed: [...found.violations.filter(isExpected), ...found.allowed],
  };
}

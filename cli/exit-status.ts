import type { Result } from '../sim/result/index.ts';

/** What the command's exit status means. */
export const EXIT = {
  pass: 0,
  violation: 1,
  usage: 2,
  stuck: 3,
  nondeterministic: 4,
} as const;

export function exitStatusOf(verdict: Result['verdict']): number {
  return EXIT[verdict];
}

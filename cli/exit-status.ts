import type { Result } from '../sim/result/index.ts';

/** What the command's exit status means. */
export const EXIT = {
  pass: 0,
  violation: 1,
  usage: 2,
  stuck: 3,
  nondeterministic: 4,
} as const;

/** What one run came to; `crashed` when it did not come to a result. */
export type Ending = Result['verdict'] | 'nondeterministic' | 'crashed';

/** The status of many runs is that of the worst: what makes the others worthless comes first. */
const WORST_FIRST: readonly (readonly [Ending, number])[] = [
  ['nondeterministic', EXIT.nondeterministic],
  ['crashed', EXIT.violation],
  ['violation', EXIT.violation],
  ['stuck', EXIT.stuck],
];

export function exitStatusOf(...endings: readonly Ending[]): number {
  for (const [ending, status] of WORST_FIRST) if (endings.includes(ending)) return status;
  return EXIT.pass;
}

import type { TrialOptions } from '../cluster/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { runGuardedTrial } from './guarded-trial.ts';

/** The first event in which two runs of one seed differ; null on the side that had ended. */
export interface Divergence {
  /** Counted from zero. */
  readonly event: number;
  readonly first: string | null;
  readonly second: string | null;
}

/** Runs a trial twice and compares event by event; null when both did the same. */
export function findDivergence(scenario: Scenario, options: TrialOptions): Divergence | null {
  return firstDifference((traceLine) => void runGuardedTrial(scenario, { ...options, traceLine }));
}

/** Keeps the first run's lines: what is looked at here is one trial that somebody debugs. */
export function firstDifference(run: (traceLine: (line: string) => void) => void): Divergence | null {
  const lines: string[] = [];
  run((line) => lines.push(line));
  let event = 0;
  let divergence: Divergence | null = null;
  run((line) => {
    const before = lines[event] ?? null;
    if (divergence === null && line !== before) divergence = { event, first: before, second: line };
    event++;
  });
  if (divergence !== null || event >= lines.length) return divergence;
  return { event, first: lines[event]!, second: null };
}

export function describeDivergence({ event, first, second }: Divergence): string {
  const side = (line: string | null): string => line ?? '(the run had ended)';
  return `two runs differ first in event ${event}:\n    one    ${side(first)}\n    other  ${side(second)}`;
}

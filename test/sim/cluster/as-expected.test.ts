import { expect, it } from 'vitest';
import { asExpected } from '../../../sim/cluster/as-expected.ts';
import type { Violation } from '../../../sim/result/index.ts';
import { smallScenario } from './small-trial.ts';

const finding = (check: string): Violation => ({ check, at: 1, message: check, evidence: {} });

it('what a scenario was made to show is told as allowed, and everything else stays what it was', () => {
  const found = { violations: [finding('G1a'), finding('G1c')], allowed: [finding('late')], weaknesses: [] };
  const names = (list: readonly Violation[]): string[] => list.map(({ check }) => check);
  const shown = asExpected(smallScenario({ expect: { allowed: ['G1a'] } }), found);
  expect(names(shown.violations)).toEqual(['G1c']);
  expect(names(shown.allowed)).toEqual(['G1a', 'late']);
  expect(asExpected(smallScenario(), found)).toBe(found);
});

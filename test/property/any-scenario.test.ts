import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyScenario, flawIn } from './any-scenario.ts';

describe('any scenario', () => {
  it('passes, whatever is configured, whatever breaks and whatever an administrator does', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        expect(flawIn(scenario)).toBe(null);
      }),
      { numRuns: 15, seed: 20_261_121, endOnFailure: true },
    );
  }, 240_000);
});

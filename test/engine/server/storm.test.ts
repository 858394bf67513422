import { describe, expect, test } from 'vitest';
import { Storm } from './storm.ts';

/** Seed, how calm it is, and how many produces are acknowledged at least. */
const storms = [
  ['1', 8, 1],
  ['5', 8, 1],
  ['18', 8, 1],
  ['1', 30, 300],
  ['2', 30, 300],
] as const;

describe('a cluster in a storm of kills, stops and cuts', () => {
  test.each(storms)(
    'loses nothing that it acknowledged and comes back whole (seed %s, calmness %i)',
    (seed, calmness, atLeast) => {
      const result = new Storm(seed, 'objects', calmness).run();
      expect(result.faults.length).toBeGreaterThan(5);
      expect(result.acknowledged).toBeGreaterThanOrEqual(atLeast);
      const { violations, pending, lost, failed } = result;
      expect({ violations, pending, lost, failed }).toEqual({
        violations: [],
        pending: [],
        lost: [],
        failed: [],
      });
    },
  );
});

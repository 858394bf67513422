import { describe, expect, test } from 'vitest';
import { Storm } from './storm.ts';

describe('a cluster in a storm of kills, stops and cuts', () => {
  for (const seed of ['1', '5', '18', '24']) {
    test(`loses nothing that it acknowledged and comes back whole (seed ${seed})`, () => {
      const result = new Storm(seed).run();
      expect(result.faults.length).toBeGreaterThan(5);
      expect(result.acknowledged).toBeGreaterThan(20);
      const { violations, pending, lost, failed } = result;
      expect({ violations, pending, lost, failed }).toEqual({
        violations: [],
        pending: [],
        lost: [],
        failed: [],
      });
    });
  }
});

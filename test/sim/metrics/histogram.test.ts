import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../sim/metrics/index.ts';

describe('a histogram', () => {
  it('knows every quantile to within one part in thirty-two', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 41 }), { minLength: 1, maxLength: 200 }),
        (values) => {
          const histogram = new Histogram();
          for (const value of values) histogram.record(value);
          const sorted = [...values].sort((a, b) => a - b);
          for (const perMillion of [1, 500_000, 990_000, 1_000_000]) {
            const exact = sorted[Math.max(1, Math.ceil((values.length * perMillion) / 1_000_000)) - 1]!;
            const found = histogram.quantile(perMillion);
            expect(found).toBeGreaterThanOrEqual(exact);
            expect(found - exact).toBeLessThanOrEqual(exact / 32);
          }
        },
      ),
    );
  });

  it('says -1 for a quantile of nothing', () => {
    expect(new Histogram().quantile(500_000)).toBe(-1);
  });
});

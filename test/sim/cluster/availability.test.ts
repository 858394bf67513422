import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapsOf, type Hold, whilePolling } from '../../../sim/cluster/availability.ts';

const held = (client: string, log: string, from: number, to: number): Hold => ({ client, log, from, to });

describe('how long partitions had nobody who reads them', () => {
  it('counts from the first owner to the end, and not twice where two owners overlap', () => {
    const holds = [held('a', 't-0', 10, 40), held('b', 't-0', 30, 50), held('b', 't-0', 70, 80)];
    expect(gapsOf(holds, ['t-0'], 0, 100)).toEqual({ totalUs: 40, longestUs: 20 });
  });

  it('adds partitions up, and counts the whole time of one that nobody ever owned', () => {
    const holds = [held('a', 't-0', 0, 90)];
    expect(gapsOf(holds, ['t-0', 't-1'], 0, 100)).toEqual({ totalUs: 110, longestUs: 100 });
  });

  it('takes out of an owner’s time when it was silent, and nobody else’s', () => {
    const holds = [held('a', 't-0', 10, 50), held('b', 't-1', 10, 50)];
    const polled = whilePolling(holds, [{ client: 'a', from: 20, to: 30 }]);
    expect(gapsOf(polled, ['t-0', 't-1'], 0, 50)).toEqual({ totalUs: 10, longestUs: 10 });
  });

  it('begins to count with the first owner even when that one was silent at once', () => {
    const polled = whilePolling([held('a', 't-0', 10, 50)], [{ client: 'a', from: 5, to: 30 }]);
    expect(gapsOf(polled, ['t-0'], 0, 50)).toEqual({ totalUs: 20, longestUs: 20 });
  });

  it('agrees with counting moment by moment, whatever the holds and the silences', () => {
    const span = fc.tuple(fc.constantFrom('a', 'b'), fc.nat(30), fc.nat(30));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), fc.array(span, { maxLength: 6 }), (owned, silent) => {
        const holds = owned.map(([client, from, length]) => held(client, 't-0', from, from + length));
        const silences = silent.map(([client, from, length]) => ({ client, from, to: from + length }));
        const first = holds.length === 0 ? 0 : Math.min(...holds.map(({ from }) => from));
        let without = 0;
        for (let at = first; at < 60; at++) {
          const polls = holds.some(
            (hold) =>
              hold.from <= at &&
              at < hold.to &&
              !silences.some(({ client, from, to }) => client === hold.client && from <= at && at < to),
          );
          if (!polls) without++;
        }
        const gaps = gapsOf(whilePolling(holds, silences), ['t-0'], 0, 60);
        expect(gaps.totalUs).toBe(without);
        expect(gaps.longestUs).toBeLessThanOrEqual(without);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochEntry, LeaderEpochCache } from '../../../engine/log/index.ts';

/** `epoch@start epoch@start …` */
function cacheOf(text: string): LeaderEpochCache {
  const entries = text.split(' ').filter((entry) => entry !== '');
  return new LeaderEpochCache(
    entries.map((entry) => {
      const [leaderEpoch, startOffset] = entry.split('@').map(Number);
      return { leaderEpoch: leaderEpoch!, startOffset: startOffset! };
    }),
  );
}

function show(cache: LeaderEpochCache): string {
  return cache.entries.map((entry) => `${entry.leaderEpoch}@${entry.startOffset}`).join(' ');
}

describe('a leader epoch', () => {
  const assigned: readonly [string, string, number, number, string, boolean][] = [
    ['is added above those known', '1@0', 2, 5, '1@0 2@5', true],
    ['keeps its start when assigned again', '1@0 2@5', 2, 9, '1@0 2@5', false],
    ['takes a lower start', '1@0 2@5', 2, 3, '1@0 2@3', true],
    ['replaces one that began at the same offset', '1@0 2@5', 3, 5, '1@0 3@5', true],
    ['removes those that begin later', '1@0 2@5 3@9', 4, 4, '1@0 4@4', true],
    ['removes higher ones', '1@0 4@5 6@9', 3, 20, '1@0 3@20', true],
    ['may be the first', '', 7, 70, '7@70', true],
  ];
  for (const [what, before, leaderEpoch, startOffset, after, changed] of assigned) {
    it(what, () => {
      const cache = cacheOf(before);
      expect(cache.assign(leaderEpoch, startOffset)).toBe(changed);
      expect(show(cache)).toBe(after);
    });
  }
});

describe('the end of an epoch', () => {
  const cache = cacheOf('2@10 4@20 7@35');
  const ends: readonly [string, number, number, number][] = [
    ['is the log end for the latest', 7, 7, 50],
    ['is where the next one begins', 4, 4, 35],
    ['is that of the largest epoch below one never seen', 5, 4, 35],
    ['is where the first known begins for one below all', 1, 1, 10],
    ['is unknown for one above all', 8, -1, -1],
    ['is unknown for the undefined epoch', -1, -1, -1],
  ];
  for (const [what, asked, leaderEpoch, endOffset] of ends) {
    it(what, () => expect(cache.endOffsetFor(asked, 50)).toEqual({ leaderEpoch, endOffset }));
  }

  it('is unknown when nothing is known', () => {
    expect(cacheOf('').endOffsetFor(3, 50)).toEqual({ leaderEpoch: -1, endOffset: -1 });
  });
});

describe('a truncation', () => {
  it('from the end drops entries at the offset and above', () => {
    const cache = cacheOf('1@0 2@5 3@9');
    expect(cache.truncateFromEnd(10)).toBe(false);
    expect(cache.truncateFromEnd(9)).toBe(true);
    expect(show(cache)).toBe('1@0 2@5');
    cache.truncateFromEnd(0);
    expect(show(cache)).toBe('');
  });

  it('from the start moves the epoch in force up to it', () => {
    const cache = cacheOf('1@0 2@5 3@9');
    expect(cache.truncateFromStart(7)).toBe(true);
    expect(show(cache)).toBe('2@7 3@9');
    expect(cache.truncateFromStart(7)).toBe(false);
    expect(cache.truncateFromStart(9)).toBe(true);
    expect(show(cache)).toBe('3@9');
    expect(cacheOf('3@9').truncateFromStart(4)).toBe(false);
  });
});

describe('the epoch at an offset', () => {
  it('is the last that began there or before', () => {
    const cache = cacheOf('2@10 4@20');
    expect([9, 10, 19, 20, 99].map((offset) => cache.epochAt(offset))).toEqual([-1, 2, 2, 4, 4]);
  });
});

describe('any history', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('assign' as const), epoch: fc.nat(12), offset: fc.nat(30) }),
    fc.record({ kind: fc.constant('cut end' as const), epoch: fc.nat(12), offset: fc.nat(30) }),
    fc.record({ kind: fc.constant('cut start' as const), epoch: fc.nat(12), offset: fc.nat(30) }),
  );

  it('leaves epochs and offsets rising, and ends that a plain search agrees with', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const cache = new LeaderEpochCache();
        for (const { kind, epoch, offset } of steps) {
          if (kind === 'assign') cache.assign(epoch, offset);
          else if (kind === 'cut end') cache.truncateFromEnd(offset);
          else cache.truncateFromStart(offset);
          const { entries } = cache;
          for (let at = 1; at < entries.length; at++) {
            expect(entries[at]!.leaderEpoch).toBeGreaterThan(entries[at - 1]!.leaderEpoch);
            expect(entries[at]!.startOffset).toBeGreaterThan(entries[at - 1]!.startOffset);
          }
          if (kind === 'assign') expect(cache.latest?.leaderEpoch).toBe(epoch);
          for (let asked = -1; asked <= 13; asked++) {
            expect(cache.endOffsetFor(asked, 31)).toEqual(plainEnd(entries, asked, 31));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** The rules of `LeaderEpochFileCache.endOffsetFor` once more, by filtering. */
function plainEnd(entries: readonly EpochEntry[], asked: number, logEndOffset: number) {
  const higher = entries.filter((entry) => entry.leaderEpoch > asked);
  const floor = entries.filter((entry) => entry.leaderEpoch <= asked).at(-1);
  if (asked === -1 || (higher.length === 0 && floor?.leaderEpoch !== asked))
    return { leaderEpoch: -1, endOffset: -1 };
  if (higher.length === 0) return { leaderEpoch: asked, endOffset: logEndOffset };
  return { leaderEpoch: floor?.leaderEpoch ?? asked, endOffset: higher[0]!.startOffset };
}

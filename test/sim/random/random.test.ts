import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream, RandomStreams } from '../../../sim/random/index.ts';

const take = (count: number, draw: () => number) => Array.from({ length: count }, draw);

describe('a stream of randomness', () => {
  it('is the same for the same seed and name, on every machine', () => {
    const stream = new RandomStreams('seed').stream('network');
    expect(take(4, () => stream.u32())).toMatchInlineSnapshot(`
      [
        1920973667,
        4148932190,
        2294633207,
        1305831120,
      ]
    `);
    const again = new RandomStreams('seed').stream('network');
    expect(take(4, () => again.below(1_000_003))).toMatchInlineSnapshot(`
      [
        447262,
        966001,
        534262,
        304038,
      ]
    `);
  });

  it('is xoshiro128**, number for number', () => {
    const stream = new RandomStream(1, 2, 3, 4);
    expect(take(10, () => stream.u32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('does not depend on what other streams drew, nor on the order of asking', () => {
    const one = new RandomStreams('s');
    const other = new RandomStreams('s');
    other.stream('b').u32();
    other.fork('c').stream('a').u32();
    const a = one.stream('a');
    const b = other.stream('a');
    expect(take(10, () => a.u32())).toEqual(take(10, () => b.u32()));
  });

  it('goes on where it was when its name is asked for again', () => {
    const streams = new RandomStreams('s');
    const first = streams.stream('a').u32();
    const reference = new RandomStreams('s').stream('a');
    expect(first).toBe(reference.u32());
    expect(streams.stream('a').u32()).toBe(reference.u32());
  });

  it('differs by name, by fork and by seed', () => {
    const streams = new RandomStreams('s');
    const draws = [
      streams.stream('a'),
      streams.stream('b'),
      streams.fork('x').stream('a'),
      streams.fork('y').stream('a'),
      new RandomStreams('t').stream('a'),
    ].map((stream) => stream.u32());
    expect(new Set(draws).size).toBe(draws.length);
  });

  it('stays within every bound, up to 2^32', () => {
    const stream = new RandomStreams('s').stream('a');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bound) => {
        const draw = stream.below(bound);
        return Number.isInteger(draw) && draw >= 0 && draw < bound;
      }),
      { numRuns: 2_000 },
    );
    expect(() => stream.below(0)).toThrow('a bound is in');
  });

  it.each([3, 10, 1_000_000, 3 * 2 ** 21, 3 * 2 ** 30])('is uniform below %i', (bound) => {
    const stream = new RandomStreams('uniform').stream(String(bound));
    const thirds = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) thirds[Math.floor((stream.below(bound) / bound) * 3)]!++;
    const expected = [0, 1, 2].map((i) => {
      const from = Math.ceil((i * bound) / 3);
      const to = Math.ceil(((i + 1) * bound) / 3);
      return ((to - from) / bound) * 30_000;
    });
    thirds.forEach((count, i) => {
      expect(Math.abs(count - expected[i]!)).toBeLessThan(450);
    });
  });

  it('says yes as often as the ratio says', () => {
    const stream = new RandomStreams('s').stream('chance');
    let yes = 0;
    for (let i = 0; i < 100_000; i++) if (stream.chance(1, 50)) yes++;
    expect(yes).toBeGreaterThan(1_800);
    expect(yes).toBeLessThan(2_200);
    expect(stream.chance(0, 10)).toBe(false);
    expect(stream.chance(10, 10)).toBe(true);
  });

  it('draws exponentially: mean, median and tail are those of the distribution', () => {
    const stream = new RandomStreams('s').stream('exponential');
    const draws = take(100_000, () => stream.exponential(10_000)).sort((a, b) => a - b);
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    expect(mean).toBeGreaterThan(9_850);
    expect(mean).toBeLessThan(10_150);
    expect(draws[50_000]! / 6_931).toBeCloseTo(1, 1);
    expect(draws[99_000]! / 46_052).toBeCloseTo(1, 1);
    expect(draws[99_900]! / 69_078).toBeCloseTo(1, 0);
  });

  it('never draws a latency below its floor, and has spikes when asked', () => {
    const stream = new RandomStreams('s').stream('latency');
    const latency = { floorUs: 100, tailUsMean: 10, spikeOneIn: 100, spikeUsMean: 100_000 };
    const draws = take(10_000, () => stream.latency(latency));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(100);
    const spikes = draws.filter((us) => us > 1_000).length;
    expect(spikes).toBeGreaterThan(60);
    expect(spikes).toBeLessThan(140);
    expect(stream.latency({ floorUs: 7, tailUsMean: 0 })).toBe(7);
  });

  it('shuffles without losing anything, and reaches every order', () => {
    const stream = new RandomStreams('s').stream('shuffle');
    const orders = new Set<string>();
    for (let i = 0; i < 500; i++) orders.add(stream.shuffle(['a', 'b', 'c', 'd']).join(''));
    expect(orders.size).toBe(24);
  });
});

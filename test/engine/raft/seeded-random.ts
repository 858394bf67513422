import type { Random } from '../../../engine/machine/index.ts';

/** A small 32-bit generator (mulberry32): the tests need luck that repeats, not luck that is good. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const u32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { u32, below: (bound) => u32() % bound };
}

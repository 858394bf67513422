import { assert, type Random, type Us } from '../../engine/machine/index.ts';
import { EXPONENTIAL_LN2, EXPONENTIAL_ONE, EXPONENTIAL_STEPS } from './exponential.ts';

/**
 * A delay: never below the floor, above it an exponential tail, and now and then a spike with a mean of its
 * own.
 */
export interface Latency {
  readonly floorUs: Us;
  /** Mean of what comes on top of the floor; 0 for none. */
  readonly tailUsMean: Us;
  /** One draw in so many is a spike; 0 or absent for never. */
  readonly spikeOneIn?: number;
  readonly spikeUsMean?: Us;
}

const TWO_32 = 2 ** 32;
/** Up to here `u32 * bound` is exact in a double. */
const EXACT_BOUND = 2 ** 21;

/**
 * xoshiro128** by Blackman and Vigna on four int fields (fields beat a typed array by 2x on V8). Every draw
 * is integer arithmetic, so that it is the same on every machine.
 */
export class RandomStream implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(a: number, b: number, c: number, d: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    // The all-zero state is the one that never leaves itself.
    this.#d = (a | b | c | d) === 0 ? 1 : d | 0;
  }

  u32(): number {
    const b = this.#b;
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9);
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }

  /** Unbiased. Small bounds multiply and reject (Lemire 2019), large ones mask and reject. */
  below(bound: number): number {
    assert(bound >= 1 && bound <= TWO_32, 'a bound is in [1, 2^32]');
    if (bound > EXACT_BOUND) return this.#belowLarge(bound);
    let product = this.u32() * bound;
    let high = Math.floor(product / TWO_32);
    let low = product - high * TWO_32;
    if (low < bound) {
      const threshold = TWO_32 % bound;
      while (low < threshold) {
        product = this.u32() * bound;
        high = Math.floor(product / TWO_32);
        low = product - high * TWO_32;
      }
    }
    return high;
  }

  /** A uniform integer in [low, high], both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /**
   * True `numerator` times in `denominator`. Always draws once, so that a changed ratio shifts nothing after
   * it.
   */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator;
  }

  /**
   * An exponential draw with this mean, as an integer. One u32: the count of its leading zeros is the whole
   * part in units of ln 2 (exponentials have no memory), its low eight bits choose the rest from a table.
   */
  exponential(mean: number): number {
    const draw = this.u32();
    const scaled = Math.clz32(draw) * EXPONENTIAL_LN2 + EXPONENTIAL_STEPS[draw & 255]!;
    return Math.floor((mean * scaled) / EXPONENTIAL_ONE);
  }

  latency(latency: Latency): Us {
    let us = latency.floorUs;
    if (latency.tailUsMean > 0) us += this.exponential(latency.tailUsMean);
    const oneIn = latency.spikeOneIn;
    if (oneIn !== undefined && oneIn > 0 && this.below(oneIn) === 0)
      us += this.exponential(latency.spikeUsMean ?? 0);
    return us;
  }

  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'nothing to pick from');
    return items[this.below(items.length)]!;
  }

  /** Fisher-Yates, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = items[i]!;
      items[i] = items[j]!;
      items[j] = item;
    }
    return items;
  }

  /** A new stream seeded by four draws of this one. */
  fork(): RandomStream {
    return new RandomStream(this.u32(), this.u32(), this.u32(), this.u32());
  }

  #belowLarge(bound: number): number {
    const mask = bound > 2 ** 31 ? 0xffffffff : (1 << (32 - Math.clz32(bound - 1))) - 1;
    for (;;) {
      const draw = (this.u32() & mask) >>> 0;
      if (draw < bound) return draw;
    }
  }
}

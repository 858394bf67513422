import type { Quantiles } from '../result/index.ts';

/** Sub-buckets per power of two: a value is known to within 1/32. */
const SUB_BITS = 5;
const SUB = 1 << SUB_BITS;
/** Values up to 2^42 us (51 days). */
const BUCKETS = (42 - SUB_BITS + 1) * SUB;

/** A log-linear histogram of non-negative integers, as HdrHistogram's: constant time to record, a few kilobytes. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  record(value: number, times = 1): void {
    const index = indexOf(value);
    this.#counts[index] = this.#counts[index]! + times;
    this.#count += times;
    this.#sum += value * times;
    if (value > this.#max) this.#max = value;
  }

  /** Takes over what another one holds. */
  add(other: Histogram): void {
    const counts = other.#counts;
    for (let i = 0; i < BUCKETS; i++) this.#counts[i]! += counts[i]!;
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** The value below which `perMillion` millionths lie, to within 1/32; -1 when nothing was recorded. */
  quantile(perMillion: number): number {
    if (this.#count === 0) return -1;
    const rank = Math.max(1, Math.ceil((this.#count * perMillion) / 1_000_000));
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#counts[i]!;
      if (seen >= rank) return Math.min(upperOf(i), this.#max);
    }
    return this.#max;
  }

  quantiles(): Quantiles {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : Math.round(this.#sum / this.#count),
      p50: Math.max(0, this.quantile(500_000)),
      p95: Math.max(0, this.quantile(950_000)),
      p99: Math.max(0, this.quantile(990_000)),
      p999: Math.max(0, this.quantile(999_000)),
      max: this.#max,
    };
  }
}

function indexOf(value: number): number {
  if (value < SUB) return value;
  const high =
    value >= 2 ** 31 ? 31 + Math.floor(value / 2 ** 31).toString(2).length : 32 - Math.clz32(value);
  const shift = high - SUB_BITS - 1;
  const sub = Math.floor(value / 2 ** shift) - SUB;
  return Math.min(BUCKETS - 1, (shift + 1) * SUB + sub);
}

/** The greatest value of a bucket. */
function upperOf(index: number): number {
  if (index < SUB) return index;
  const shift = Math.floor(index / SUB) - 1;
  return (SUB + (index % SUB) + 1) * 2 ** shift - 1;
}

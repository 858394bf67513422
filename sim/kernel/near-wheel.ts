/**
 * How far ahead the wheel reaches, in microseconds: a power of two. Latencies and work fit, most time-outs do
 * not.
 */
export const WHEEL_US = 4_096;

const MASK = WHEEL_US - 1;
const WORDS = WHEEL_US / 32;
const NONE = -1;

/**
 * What happens within the next WHEEL_US microseconds: one queue for each microsecond. All in a queue have the
 * same time (the one before it in the queue has run when a time a turn later comes within reach), so first
 * in, first out is the order of seq, and an event costs the same however many wait. Serves speed.
 *
 * Invariant: every event is at or after the kernel's now, and less than WHEEL_US after it was put in.
 */
export class NearWheel {
  count = 0;
  readonly #heads = new Int32Array(WHEEL_US).fill(NONE);
  readonly #tails = new Int32Array(WHEEL_US).fill(NONE);
  /** One bit for each queue that is not empty, and one for each word of those. */
  readonly #bits = new Int32Array(WORDS);
  readonly #summary = new Int32Array(WORDS / 32);
  /** By slot: the next in its queue. */
  #next: Int32Array;

  constructor(capacity: number) {
    this.#next = new Int32Array(capacity);
  }

  push(at: number, slot: number): void {
    const bucket = at & MASK;
    this.#next[slot] = NONE;
    const tail = this.#tails[bucket]!;
    this.#tails[bucket] = slot;
    this.count++;
    if (tail !== NONE) {
      this.#next[tail] = slot;
      return;
    }
    this.#heads[bucket] = slot;
    const word = bucket >> 5;
    this.#bits[word]! |= 1 << (bucket & 31);
    this.#summary[word >> 5]! |= 1 << (word & 31);
  }

  /** The time of the first event; the wheel is not empty. */
  nextAt(now: number): number {
    const from = now & MASK;
    return now + ((this.#find(from) - from) & MASK);
  }

  /** The first slot of a time that `nextAt` gave. */
  first(at: number): number {
    return this.#heads[at & MASK]!;
  }

  /** Removes that slot. */
  pop(at: number): void {
    const bucket = at & MASK;
    const next = this.#next[this.#heads[bucket]!]!;
    this.count--;
    this.#heads[bucket] = next;
    if (next !== NONE) return;
    this.#tails[bucket] = NONE;
    const word = bucket >> 5;
    const bits = this.#bits[word]! & ~(1 << (bucket & 31));
    this.#bits[word] = bits;
    if (bits === 0) this.#summary[word >> 5]! &= ~(1 << (word & 31));
  }

  grow(capacity: number): void {
    const next = new Int32Array(capacity);
    next.set(this.#next);
    this.#next = next;
  }

  /** The first bucket that is not empty, from `from` on and round. */
  #find(from: number): number {
    const word = from >> 5;
    const rest = this.#bits[word]! & (-1 << (from & 31));
    if (rest !== 0) return (word << 5) | lowestBit(rest);
    // The words behind this one in its part of the summary, then the other parts, then this one again from
    // its start.
    let part = word >> 5;
    let words = (word & 31) === 31 ? 0 : this.#summary[part]! & (-1 << ((word & 31) + 1));
    while (words === 0) {
      part = (part + 1) & (this.#summary.length - 1);
      words = this.#summary[part]!;
    }
    const found = (part << 5) | lowestBit(words);
    return (found << 5) | lowestBit(this.#bits[found]!);
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

const GOLDEN = 0x9e3779b1;
const TWO_32 = 2 ** 32;

/**
 * A running 64-bit digest of numbers, in two 32-bit lanes with MurmurHash3's finalisers. Not cryptographic: it tells
 * runs apart, and costs a few nanoseconds a number.
 */
export class TraceHash {
  #a = 0x243f6a88;
  #b = 0x85a308d3;
  readonly #words = new Map<string, number>();

  number(value: number): void {
    const low = value | 0;
    const high = value === low ? 0 : Math.floor(value / TWO_32) | 0;
    let a = Math.imul(this.#a ^ low, 0x85ebca6b);
    a ^= a >>> 13;
    this.#a = (Math.imul(a, 0xc2b2ae35) + high) | 0;
    let b = Math.imul(this.#b + low, GOLDEN) ^ high;
    b = (b << 15) | (b >>> 17);
    this.#b = Math.imul(b, 0x1b873593) ^ this.#a;
  }

  /** Words repeat (node names, topics, fact names): each is digested once. */
  word(text: string): void {
    let value = this.#words.get(text);
    if (value === undefined) this.#words.set(text, (value = fnv1a(text)));
    this.number(value);
  }

  /** Sixteen hexadecimal digits. */
  digest(): string {
    const lane = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return lane(this.#a) + lane(this.#b);
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Slots to begin with; at most half of them are taken, so that a search ends soon. */
const SMALLEST = 64;
/** Neighbours stay neighbours: so many fill a cache line of the table. */
const BLOCK_BITS = 4;
const BLOCK = 1 << BLOCK_BITS;
/** 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

/**
 * Safe integers in the order in which they first came, each known by its place in that order: a set and a dense
 * numbering in twelve to twenty-four bytes a key, where a Map takes more than forty and is slower. Offsets and ids
 * come in runs, and a run lies together in the table.
 */
export class NumberIndex {
  length = 0;
  #keys = new Float64Array(SMALLEST / 2);
  /** Place + 1 of the key that hashes here or just before; 0: free. */
  #table = new Int32Array(SMALLEST);
  #shift = 32 - 6;

  /** The place of a key; -1 when it is not here. */
  find(key: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let at = this.#hash(key); ; at = (at + 1) & mask) {
      const place = table[at]! - 1;
      if (place < 0 || this.#keys[place] === key) return place;
    }
  }

  /** The place of a key, a new one when it was not here. */
  add(key: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let at = this.#hash(key); ; at = (at + 1) & mask) {
      const place = table[at]! - 1;
      if (place < 0) return this.#append(key, at);
      if (this.#keys[place] === key) return place;
    }
  }

  at(place: number): number {
    return this.#keys[place]!;
  }

  /** The keys in the order in which they came; a view. */
  keys(): Float64Array {
    return this.#keys.subarray(0, this.length);
  }

  #append(key: number, at: number): number {
    if (this.length === this.#keys.length) {
      this.#grow();
      return this.add(key);
    }
    const place = this.length++;
    this.#keys[place] = key;
    this.#table[at] = place + 1;
    return place;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    const table = new Int32Array(this.#table.length * 2);
    this.#table = table;
    this.#shift--;
    const mask = table.length - 1;
    for (let place = 0; place < this.length; place++) {
      let at = this.#hash(keys[place]!);
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = place + 1;
    }
  }

  #hash(key: number): number {
    const block = Math.imul(key >>> BLOCK_BITS, SPREAD) >>> this.#shift;
    return (block & -BLOCK) | (key & (BLOCK - 1));
  }
}

const PAGE_BITS = 11;
const PAGE = 1 << PAGE_BITS;
const SMALLEST = 64;

/**
 * Safe integers in the order in which they first came, each known by its place, as `NumberIndex`: for keys that lie close
 * together, as offsets of a partition do, and ids of all. A page says where its keys are, and nothing is searched or
 * moved; a key far from all others costs a page of its own.
 */
export class DenseIndex {
  length = 0;
  #keys = new Float64Array(SMALLEST);
  /** By key divided by the size of a page: place + 1 of each of its keys; 0: not here. */
  readonly #pages = new Map<number, Int32Array<ArrayBuffer>>();
  /** The page that was looked at last: the next key is nearly always there. None has the number NaN. */
  #number = Number.NaN;
  #page = new Int32Array(0);

  /** The place of a key; -1 when it is not here. */
  find(key: number): number {
    const number = Math.floor(key / PAGE);
    if (number !== this.#number) {
      const page = this.#pages.get(number);
      if (page === undefined) return -1;
      this.#number = number;
      this.#page = page;
    }
    return this.#page[key - number * PAGE]! - 1;
  }

  /** The place of a key, a new one when it was not here. */
  add(key: number): number {
    const number = Math.floor(key / PAGE);
    if (number !== this.#number) this.#turnTo(number);
    const at = key - number * PAGE;
    const place = this.#page[at]! - 1;
    if (place >= 0) return place;
    if (this.length === this.#keys.length) {
      const keys = new Float64Array(this.length * 2);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    this.#keys[this.length] = key;
    this.#page[at] = ++this.length;
    return this.length - 1;
  }

  at(place: number): number {
    return this.#keys[place]!;
  }

  /** The keys in the order in which they came; a view. */
  keys(): Float64Array {
    return this.#keys.subarray(0, this.length);
  }

  #turnTo(number: number): void {
    let page = this.#pages.get(number);
    if (page === undefined) this.#pages.set(number, (page = new Int32Array(PAGE)));
    this.#number = number;
    this.#page = page;
  }
}

/** The first batch seen at an (epoch, offset), and what stood before it. */
export interface BatchOrigin {
  readonly node: string;
  readonly crc: number;
  /** From its first offset to its last. */
  readonly span: number;
  /** (epoch, base offset) of the batch before, as one key; -1 at the start of a log. */
  readonly predecessor: number;
}

const FIRST_CAPACITY = 16;
/** Fewer are not worth a move. */
const FORGET_FROM = 256;

/**
 * Origins by (epoch, offset), as columns of numbers sorted by it. Nearly every new one is the highest, and nearly every
 * question is about one of the last few: neither costs a search through all. Serves memory, then speed.
 */
export class BatchOrigins {
  #length = 0;
  #keys = new Float64Array(FIRST_CAPACITY);
  #predecessors = new Float64Array(FIRST_CAPACITY);
  #crcs = new Uint32Array(FIRST_CAPACITY);
  #spans = new Uint32Array(FIRST_CAPACITY);
  #nodes = new Uint16Array(FIRST_CAPACITY);
  readonly #names: string[] = [];

  /** The position of a key; below zero when it is not there. */
  find(key: number): number {
    const i = this.#positionOf(key);
    return i < this.#length && this.#keys[i] === key ? i : -1;
  }

  at(i: number): BatchOrigin {
    return {
      node: this.#names[this.#nodes[i]!]!,
      crc: this.#crcs[i]!,
      span: this.#spans[i]!,
      predecessor: this.#predecessors[i]!,
    };
  }

  /** Adds a key that is not there. */
  add(key: number, node: string, crc: number, span: number, predecessor: number): void {
    if (this.#length === this.#keys.length) this.#grow();
    const i = this.#positionOf(key);
    const end = this.#length++;
    if (i < end) this.#makeRoom(i, end);
    this.#keys[i] = key;
    this.#predecessors[i] = predecessor;
    this.#crcs[i] = crc;
    this.#spans[i] = span;
    this.#nodes[i] = this.#indexOf(node);
  }

  /**
   * Forgets the first origins as far as they are no longer wanted, once they are half of what is kept. Older epochs
   * stand at lower offsets, but for tails that were cut off.
   */
  forgetWhile(isDone: (key: number) => boolean): void {
    let from = 0;
    while (from < this.#length && isDone(this.#keys[from]!)) from++;
    if (from < FORGET_FROM || from * 2 < this.#length) return;
    for (const column of this.#columns()) column.copyWithin(0, from, this.#length);
    this.#length -= from;
  }

  /** The first position whose key is not below this one; looks from the end in growing steps. */
  #positionOf(key: number): number {
    const keys = this.#keys;
    let high = this.#length;
    let low = high;
    for (let step = 1; low > 0 && keys[low - 1]! >= key; step *= 2) {
      high = low - 1;
      low = Math.max(0, low - step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #makeRoom(i: number, end: number): void {
    for (const column of this.#columns()) column.copyWithin(i + 1, i, end);
  }

  #columns(): readonly (Float64Array | Uint32Array | Uint16Array)[] {
    return [this.#keys, this.#predecessors, this.#crcs, this.#spans, this.#nodes];
  }

  #indexOf(node: string): number {
    const known = this.#names.indexOf(node);
    return known >= 0 ? known : this.#names.push(node) - 1;
  }

  #grow(): void {
    const capacity = this.#length + (this.#length >> 1);
    this.#keys = grown(this.#keys, new Float64Array(capacity));
    this.#predecessors = grown(this.#predecessors, new Float64Array(capacity));
    this.#crcs = grown(this.#crcs, new Uint32Array(capacity));
    this.#spans = grown(this.#spans, new Uint32Array(capacity));
    this.#nodes = grown(this.#nodes, new Uint16Array(capacity));
  }
}

function grown<T extends Float64Array | Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

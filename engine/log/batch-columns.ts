const FIRST_CAPACITY = 8;

/**
 * What a segment knows of each of its batches, as columns of numbers packed into typed arrays: a broker keeps one entry
 * for every batch that it has, so that these are most of what it remembers. Offsets are relative to the segment's base
 * offset and positions are below 2 GiB, as in Kafka's indexes. Serves memory.
 */
export class BatchColumns {
  length = 0;
  /** First offset, last offset, position: three in a row for each batch. */
  #places = new Int32Array(FIRST_CAPACITY * 3);
  #maxTimestamps = new Float64Array(FIRST_CAPACITY);

  push(first: number, last: number, position: number, maxTimestamp: number): void {
    if (this.length === this.#maxTimestamps.length) this.#resize(this.length + (this.length >> 1));
    const at = this.length * 3;
    this.#places[at] = first;
    this.#places[at + 1] = last;
    this.#places[at + 2] = position;
    this.#maxTimestamps[this.length++] = maxTimestamp;
  }

  first(index: number): number {
    return this.#places[index * 3]!;
  }

  last(index: number): number {
    return this.#places[index * 3 + 1]!;
  }

  position(index: number): number {
    return this.#places[index * 3 + 2]!;
  }

  maxTimestamp(index: number): number {
    return this.#maxTimestamps[index]!;
  }

  /** The first batch that ends at this relative offset or after it; `length` when there is none. */
  indexOf(relative: number): number {
    const places = this.#places;
    let low = 0;
    let high = this.length;
    // Nearly everybody reads at the end.
    if (high > 1 && places[(high - 2) * 3 + 1]! < relative) low = high - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (places[middle * 3 + 1]! < relative) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  truncate(length: number): void {
    this.length = length;
    if (length * 4 < this.#maxTimestamps.length) this.trim();
  }

  /** No more batches come soon: gives back the room for them. */
  trim(): void {
    this.#resize(Math.max(FIRST_CAPACITY, this.length));
  }

  #resize(capacity: number): void {
    const places = new Int32Array(capacity * 3);
    const maxTimestamps = new Float64Array(capacity);
    places.set(this.#places.subarray(0, this.length * 3));
    maxTimestamps.set(this.#maxTimestamps.subarray(0, this.length));
    this.#places = places;
    this.#maxTimestamps = maxTimestamps;
  }
}

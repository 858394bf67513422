const SMALLEST = 1_024;

/** Small integers in the order in which they came, in one piece: what is looked at again and again, out of order. */
export class IntColumn {
  length = 0;
  #values = new Int32Array(SMALLEST);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const wide = new Int32Array(this.#values.length * 2);
      wide.set(this.#values);
      this.#values = wide;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** A view; good until the next `push`. */
  values(): Int32Array {
    return this.#values.subarray(0, this.length);
  }
}

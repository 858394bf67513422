/**
 * Values by topic (a name or an id) and partition index, without building a key string: look-ups happen once a
 * partition in every request. Iteration is in the order of insertion, topic by topic.
 */
export class PartitionMap<T> {
  readonly #rows = new Map<string, Map<number, T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(topic: string, index: number): T | undefined {
    const row = this.#rows.get(topic);
    return row === undefined ? undefined : row.get(index);
  }

  set(topic: string, index: number, value: T): void {
    let row = this.#rows.get(topic);
    if (row === undefined) {
      row = new Map();
      this.#rows.set(topic, row);
    }
    if (!row.has(index)) this.#size += 1;
    row.set(index, value);
  }

  /** Returns what was there. */
  delete(topic: string, index: number): T | undefined {
    const row = this.#rows.get(topic);
    const value = row?.get(index);
    if (row === undefined || !row.delete(index)) return undefined;
    this.#size -= 1;
    if (row.size === 0) this.#rows.delete(topic);
    return value;
  }

  clear(): void {
    this.#rows.clear();
    this.#size = 0;
  }

  *values(): IterableIterator<T> {
    for (const row of this.#rows.values()) yield* row.values();
  }
}

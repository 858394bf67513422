/** Something kept by topic and partition; iterates in the order in which it was first set. */
export class ByPartition<T> {
  readonly #topics = new Map<string, Map<number, T>>();

  get(topic: string, partition: number): T | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, value: T): void {
    const known = this.#topics.get(topic);
    if (known === undefined) this.#topics.set(topic, new Map([[partition, value]]));
    else known.set(partition, value);
  }

  delete(topic: string, partition: number): void {
    const known = this.#topics.get(topic);
    if (known === undefined) return;
    known.delete(partition);
    if (known.size === 0) this.#topics.delete(topic);
  }

  clear(): void {
    this.#topics.clear();
  }

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  /** Safe against changes meanwhile. */
  entries(): readonly (readonly [string, number, T])[] {
    const entries: [string, number, T][] = [];
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, value] of partitions) entries.push([topic, partition, value]);
    }
    return entries;
  }
}

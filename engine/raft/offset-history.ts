import { assert } from '../machine/index.ts';

/** A value, and the offset of the record that set it. */
export interface HistoryEntry<T> {
  readonly offset: number;
  readonly value: T;
}

/** What a value was at each offset, as far as the log goes back (`LogHistory`). -1 is the offset of a bootstrap. */
export class OffsetHistory<T> {
  #entries: HistoryEntry<T>[] = [];

  add(offset: number, value: T): void {
    const last = this.last;
    assert(last === null || offset > last.offset, () => `a value at ${offset} after ${last?.offset}`);
    this.#entries.push({ offset, value });
  }

  get last(): HistoryEntry<T> | null {
    return this.#entries.at(-1) ?? null;
  }

  /** The value that held after the record at `offset`, or null. */
  at(offset: number): T | null {
    let value: T | null = null;
    for (const entry of this.#entries) {
      if (entry.offset > offset) break;
      value = entry.value;
    }
    return value;
  }

  /** The log ends at `endOffset` now: what was set from there on never was. */
  truncateNew(endOffset: number): void {
    this.#entries = this.#entries.filter((entry) => entry.offset < endOffset);
  }

  /**
   * A snapshot holds all before `startOffset`: what held at its end stays, and what came later. Kafka lets a value at
   * `startOffset` itself take the older one's place (`TreeMapLogHistory`): cut off again, as a change of voters can be
   * that is not committed, it leaves none, and a voter that took a snapshot just before it an observer until it
   * restarts.
   *
   *     voters@2 | ... | snapshot of all before 5 | voters@5, not committed     ->     cut off at 5: no voters at all
   */
  truncateOld(startOffset: number): void {
    while (this.#entries.length > 1 && (this.#entries[1] as HistoryEntry<T>).offset < startOffset) {
      this.#entries.shift();
    }
  }

  clear(): void {
    this.#entries = [];
  }
}

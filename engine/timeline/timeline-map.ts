import type { Revertible, SnapshotRegistry } from './snapshot-registry.ts';

/** What stood for a key that was not there. */
const ABSENT = Symbol('absent');

type Undo<K, V> = Map<K, V | typeof ABSENT>;

/**
 * A map that can be read as of a snapshot and taken back to it (`TimelineHashMap`). Values must not be changed once
 * they are in, or be timeline structures themselves. Everything without `atOffset` is about the newest state.
 */
export class TimelineMap<K, V> implements Revertible<Undo<K, V>> {
  readonly #registry: SnapshotRegistry;
  readonly #newest = new Map<K, V>();

  constructor(registry: SnapshotRegistry) {
    this.#registry = registry;
  }

  get size(): number {
    return this.#newest.size;
  }

  sizeAt(atOffset: number): number {
    let size = 0;
    for (const _ of this.entries(atOffset)) size += 1;
    return size;
  }

  get(key: K, atOffset?: number): V | undefined {
    if (atOffset === undefined) return this.#newest.get(key);
    const registry = this.#registry;
    for (let at = registry.position(atOffset); at < registry.count; at += 1) {
      const before = registry.undoAt(this, at)?.get(key);
      if (before !== undefined) return before === ABSENT ? undefined : before;
    }
    return this.#newest.get(key);
  }

  has(key: K, atOffset?: number): boolean {
    return atOffset === undefined ? this.#newest.has(key) : this.get(key, atOffset) !== undefined;
  }

  set(key: K, value: V): void {
    this.#remember(key);
    this.#newest.set(key, value);
  }

  /** True when it was there. */
  delete(key: K): boolean {
    if (!this.#newest.has(key)) return false;
    this.#remember(key);
    return this.#newest.delete(key);
  }

  clear(): void {
    for (const key of [...this.#newest.keys()]) this.delete(key);
  }

  *keys(atOffset?: number): IterableIterator<K> {
    if (atOffset === undefined) yield* this.#newest.keys();
    else for (const [key] of this.entries(atOffset)) yield key;
  }

  *values(atOffset?: number): IterableIterator<V> {
    if (atOffset === undefined) yield* this.#newest.values();
    else for (const [, value] of this.entries(atOffset)) yield value;
  }

  /** In insertion order; keys that were deleted since a snapshot come last in it. */
  entries(atOffset?: number): IterableIterator<[K, V]> {
    return atOffset === undefined ? this.#newest.entries() : this.#entriesAt(atOffset);
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#newest.entries();
  }

  revert(undo: Undo<K, V>): void {
    for (const [key, before] of undo) {
      if (before === ABSENT) this.#newest.delete(key);
      else this.#newest.set(key, before);
    }
  }

  *#entriesAt(atOffset: number): IterableIterator<[K, V]> {
    const changed = this.#changedSince(atOffset);
    for (const [key, value] of this.#newest) {
      const before = changed.get(key);
      if (before === undefined) yield [key, value];
      else if (before !== ABSENT) yield [key, before];
    }
    for (const [key, before] of changed) {
      if (before !== ABSENT && !this.#newest.has(key)) yield [key, before];
    }
  }

  /** For every key that changed since a snapshot, what stood there. */
  #changedSince(atOffset: number): Undo<K, V> {
    const registry = this.#registry;
    const changed: Undo<K, V> = new Map();
    for (let at = registry.position(atOffset); at < registry.count; at += 1) {
      const undo = registry.undoAt(this, at);
      if (undo === undefined) continue;
      for (const [key, before] of undo) if (!changed.has(key)) changed.set(key, before);
    }
    return changed;
  }

  #remember(key: K): void {
    let undo = this.#registry.newestUndo(this);
    if (undo === null) return;
    if (undo === undefined) {
      undo = new Map();
      this.#registry.leaveUndo(this, undo);
    }
    if (undo.has(key)) return;
    const before = this.#newest.get(key);
    undo.set(key, before === undefined ? ABSENT : before);
  }
}

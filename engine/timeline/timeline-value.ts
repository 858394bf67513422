import type { Revertible, SnapshotRegistry } from './snapshot-registry.ts';

/** One value that can be read as of a snapshot and taken back to it (`TimelineObject`, `TimelineInteger`). */
export class TimelineValue<T> implements Revertible<{ readonly before: T }> {
  readonly #registry: SnapshotRegistry;
  #newest: T;

  /** `initial` is what snapshots from before this structure hold, too. */
  constructor(registry: SnapshotRegistry, initial: T) {
    this.#registry = registry;
    this.#newest = initial;
  }

  get value(): T {
    return this.#newest;
  }

  get(atOffset?: number): T {
    if (atOffset === undefined) return this.#newest;
    const registry = this.#registry;
    for (let at = registry.position(atOffset); at < registry.count; at += 1) {
      const undo = registry.undoAt(this, at);
      if (undo !== undefined) return undo.before;
    }
    return this.#newest;
  }

  set(value: T): void {
    if (value === this.#newest) return;
    if (this.#registry.newestUndo(this) === undefined) {
      this.#registry.leaveUndo(this, { before: this.#newest });
    }
    this.#newest = value;
  }

  revert(undo: { readonly before: T }): void {
    this.#newest = undo.before;
  }
}

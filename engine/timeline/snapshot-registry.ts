import { assert } from '../machine/index.ts';

/** What a structure must be able to do with the undo information that it left in a snapshot. */
export interface Revertible<Undo> {
  /** Back to what was there when the snapshot was taken, from what was there when the next one was. */
  revert(undo: Undo): void;
}

/** One point in time: for each structure that changed since, what it takes to go back. */
interface Snapshot {
  readonly offset: number;
  readonly undo: Map<Revertible<unknown>, unknown>;
}

/** Snapshots that may exist at the same time: one for each batch that is written and not replicated. */
const MAX_SNAPSHOTS = 1_000_000;

/** The snapshots of a family of structures (`SnapshotRegistry`). */
export class SnapshotRegistry {
  #snapshots: Snapshot[] = [];

  /** Offsets of the snapshots, ascending. */
  get offsets(): readonly number[] {
    return this.#snapshots.map(({ offset }) => offset);
  }

  /** The newest snapshot's offset, -1 when there is none. */
  get newestOffset(): number {
    return this.#snapshots.at(-1)?.offset ?? -1;
  }

  has(offset: number): boolean {
    return this.#indexOf(offset) >= 0;
  }

  /** The newest snapshot at or below an offset; without one the oldest there is, -1 when there is none. */
  newestUpTo(offset: number): number {
    let found = this.#snapshots[0]?.offset ?? -1;
    for (const snapshot of this.#snapshots) {
      if (snapshot.offset > offset) break;
      found = snapshot.offset;
    }
    return found;
  }

  /** Takes a snapshot, unless there is one at this offset already. */
  snapshot(offset: number): void {
    const newest = this.newestOffset;
    if (offset === newest) return;
    assert(offset > newest, () => `a snapshot at ${offset} after one at ${newest}`);
    assert(this.#snapshots.length < MAX_SNAPSHOTS, 'snapshots are deleted as the high watermark moves on');
    this.#snapshots.push({ offset, undo: new Map() });
  }

  /** Back to what was there at a snapshot, which stays; newer ones are gone. */
  revertTo(offset: number): void {
    const index = this.#indexOf(offset);
    assert(index >= 0, () => `nothing to go back to at ${offset}`);
    for (let at = this.#snapshots.length - 1; at >= index; at -= 1) {
      const { undo } = this.#snapshots[at]!;
      for (const [structure, changes] of undo) structure.revert(changes);
      undo.clear();
    }
    this.#snapshots.length = index + 1;
  }

  /** Forgets snapshots below an offset. */
  deleteUpTo(offset: number): void {
    let count = 0;
    while (count < this.#snapshots.length && this.#snapshots[count]!.offset < offset) count += 1;
    if (count > 0) this.#snapshots.splice(0, count);
  }

  /** Forgets every snapshot; what is newest stays. */
  reset(): void {
    this.#snapshots = [];
  }

  /** The undo information of a structure in the newest snapshot: null without one, undefined when it left none yet. */
  newestUndo<Undo>(structure: Revertible<Undo>): Undo | undefined | null {
    const newest = this.#snapshots.at(-1);
    if (newest === undefined) return null;
    return newest.undo.get(structure as Revertible<unknown>) as Undo | undefined;
  }

  leaveUndo<Undo>(structure: Revertible<Undo>, undo: Undo): void {
    this.#snapshots.at(-1)!.undo.set(structure as Revertible<unknown>, undo);
  }

  /** Position of a snapshot that must exist. */
  position(offset: number): number {
    const index = this.#indexOf(offset);
    assert(index >= 0, () => `no snapshot at ${offset}`);
    return index;
  }

  /** Number of snapshots: positions are below it. */
  get count(): number {
    return this.#snapshots.length;
  }

  /** The undo information of a structure in the snapshot at a position. */
  undoAt<Undo>(structure: Revertible<Undo>, position: number): Undo | undefined {
    return this.#snapshots[position]!.undo.get(structure as Revertible<unknown>) as Undo | undefined;
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#snapshots.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#snapshots[middle]!.offset;
      if (found === offset) return middle;
      if (found < offset) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

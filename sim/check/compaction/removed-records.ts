import type { Cleaners } from '../validation/compaction-keeps-last.ts';
import type { OriginalLog } from './original-log.ts';

/**
 * Values that were replicated, and that nobody need be shown any more: their key has a later committed value that a
 * cleaner knew of, they are tombstones whose time is over, or retention has cut them off.
 */
export class RemovedRecords {
  /** By log. */
  readonly #ids = new Map<string, Set<number>>();

  add({ name, records }: OriginalLog, cleaners: Cleaners, logStartOffset: number): void {
    const ids = new Set<number>();
    const superseded = new Set<string | null>();
    for (let i = records.length - 1; i >= 0; i--) {
      const { id, isTombstone, key, offset, outcome } = records[i]!;
      const isOver = isTombstone && cleaners.mayTombstoneGo(offset);
      if (offset < logStartOffset || superseded.has(key) || isOver) ids.add(id);
      if (outcome === 'committed' && offset < cleaners.cleanedTo) superseded.add(key);
    }
    this.#ids.set(name, ids);
  }

  has(log: string, id: number): boolean {
    return this.#ids.get(log)?.has(id) === true;
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0;
  }
}

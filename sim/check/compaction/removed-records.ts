import type { Write } from '../history/history.ts';
import type { Cleaners } from '../validation/compaction-keeps-last.ts';
import type { OriginalLog } from './original-log.ts';

/**
 * Values that nobody need be shown any more: their key has a later committed value that a cleaner knew of, they have
 * none, they are tombstones whose time is over, or retention has cut them off.
 */
export class RemovedRecords {
  /** By log. */
  readonly #ids = new Map<string, Set<number>>();
  readonly #starts = new Map<string, number>();

  add({ name, records }: OriginalLog, cleaners: Cleaners, logStartOffset: number): void {
    const ids = new Set<number>();
    const superseded = new Set<string>();
    for (let i = records.length - 1; i >= 0; i--) {
      const { id, isTombstone, key, offset, outcome } = records[i]!;
      const wasSeen = offset < cleaners.cleanedTo;
      const isOver = isTombstone && cleaners.mayTombstoneGo(offset);
      const mayGo = key === null ? wasSeen : superseded.has(key) || isOver;
      if (offset < logStartOffset || mayGo) ids.add(id);
      if (key !== null && outcome === 'committed' && wasSeen) superseded.add(key);
    }
    this.#ids.set(name, ids);
  }

  /** Retention has cut the log off below. */
  cut(log: string, logStartOffset: number): void {
    this.#starts.set(log, logStartOffset);
  }

  has({ id, log, recordOffset }: Write): boolean {
    if (this.#ids.get(log)?.has(id) === true) return true;
    return recordOffset >= 0 && recordOffset < (this.#starts.get(log) ?? 0);
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0 && this.#starts.size === 0;
  }
}

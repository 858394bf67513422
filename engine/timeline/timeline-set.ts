import type { SnapshotRegistry } from './snapshot-registry.ts';
import { TimelineMap } from './timeline-map.ts';

/** A set that can be read as of a snapshot and taken back to it (`TimelineHashSet`). */
export class TimelineSet<T> {
  readonly #members: TimelineMap<T, true>;

  constructor(registry: SnapshotRegistry) {
    this.#members = new TimelineMap(registry);
  }

  get size(): number {
    return this.#members.size;
  }

  sizeAt(atOffset: number): number {
    return this.#members.sizeAt(atOffset);
  }

  has(member: T, atOffset?: number): boolean {
    return this.#members.has(member, atOffset);
  }

  /** True when it was not there. */
  add(member: T): boolean {
    if (this.#members.has(member)) return false;
    this.#members.set(member, true);
    return true;
  }

  /** True when it was there. */
  delete(member: T): boolean {
    return this.#members.delete(member);
  }

  clear(): void {
    this.#members.clear();
  }

  values(atOffset?: number): IterableIterator<T> {
    return this.#members.keys(atOffset);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#members.keys();
  }
}

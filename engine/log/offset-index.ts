import { assert, type DiskError } from '../machine/index.ts';
import { readInt32, writeInt32 } from '../records/index.ts';
import { IndexFile } from './index-file.ts';
import type { LogStorage } from './log-storage.ts';

const ENTRY_BYTES = 8;

/**
 * `.index`: every `index.interval.bytes` an entry of 8 bytes, the offset relative to the segment's and the
 * position of its batch. Offsets and positions rise strictly.
 */
export class OffsetIndex extends IndexFile {
  readonly #relativeOffsets: number[] = [];

  constructor(storage: LogStorage, path: string) {
    super(storage, path, ENTRY_BYTES);
  }

  get entries(): number {
    return this.#relativeOffsets.length;
  }

  isFull(maxBytes: number): boolean {
    return this.entries >= Math.floor(maxBytes / ENTRY_BYTES);
  }

  append(relativeOffset: number, position: number): DiskError | null {
    const last = this.#relativeOffsets.at(-1);
    assert(last === undefined || relativeOffset > last, 'offsets of an index rise');
    const entry = new Uint8Array(ENTRY_BYTES);
    writeInt32(entry, 0, relativeOffset);
    writeInt32(entry, 4, position);
    this.#relativeOffsets.push(relativeOffset);
    return this.write(entry);
  }

  protected offsetAt(entry: number): number {
    return this.#relativeOffsets[entry]!;
  }

  protected retain(entries: number): void {
    this.#relativeOffsets.length = entries;
  }

  protected takeOver(content: Uint8Array, position: number): boolean {
    const relativeOffset = readInt32(content, position);
    if (relativeOffset < 0 || relativeOffset <= (this.#relativeOffsets.at(-1) ?? -1)) return false;
    this.#relativeOffsets.push(relativeOffset);
    return true;
  }
}

import type { DiskError } from '../machine/index.ts';
import { readInt32, readInt64, writeInt32, writeInt64 } from '../records/index.ts';
import { IndexFile } from './index-file.ts';
import type { LogStorage } from './log-storage.ts';

const ENTRY_BYTES = 12;

/**
 * `.timeindex`: entries of 12 bytes, the largest timestamp so far and the relative offset of its batch's last
 * record. Timestamps rise strictly: an entry that would repeat the last one is left out.
 */
export class TimeIndex extends IndexFile {
  readonly #timestamps: number[] = [];
  readonly #relativeOffsets: number[] = [];

  constructor(storage: LogStorage, path: string) {
    super(storage, path, ENTRY_BYTES);
  }

  get entries(): number {
    return this.#timestamps.length;
  }

  /** One slot is kept for the entry that closes a segment. */
  isFull(maxBytes: number): boolean {
    return this.entries >= Math.floor(maxBytes / ENTRY_BYTES) - 1;
  }

  maybeAppend(timestamp: number, relativeOffset: number): DiskError | null {
    if (timestamp <= (this.#timestamps.at(-1) ?? -1)) return null;
    const entry = new Uint8Array(ENTRY_BYTES);
    writeInt64(entry, 0, timestamp);
    writeInt32(entry, 8, relativeOffset);
    this.#timestamps.push(timestamp);
    this.#relativeOffsets.push(relativeOffset);
    return this.write(entry);
  }

  protected offsetAt(entry: number): number {
    return this.#relativeOffsets[entry]!;
  }

  protected retain(entries: number): void {
    this.#timestamps.length = entries;
    this.#relativeOffsets.length = entries;
  }

  protected takeOver(content: Uint8Array, position: number): boolean {
    const timestamp = readInt64(content, position);
    const relativeOffset = readInt32(content, position + 8);
    const rises =
      timestamp > (this.#timestamps.at(-1) ?? -1) && relativeOffset >= (this.#relativeOffsets.at(-1) ?? 0);
    if (!rises || !Number.isSafeInteger(timestamp)) return false;
    this.#timestamps.push(timestamp);
    this.#relativeOffsets.push(relativeOffset);
    return true;
  }
}

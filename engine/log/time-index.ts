import type { DiskError } from '../machine/index.ts';
import { readInt32, readInt64, writeInt32, writeInt64 } from '../records/index.ts';
import type { LogStorage } from './log-storage.ts';

const ENTRY_BYTES = 12;

/**
 * `.timeindex`: entries of 12 bytes, the largest timestamp so far and the relative offset of its batch's last
 * record. Timestamps rise strictly: an entry that would repeat the last one is left out.
 */
export class TimeIndex {
  path: string;
  readonly #storage: LogStorage;
  readonly #timestamps: number[] = [];
  readonly #relativeOffsets: number[] = [];
  #dirty = false;

  constructor(storage: LogStorage, path: string) {
    this.#storage = storage;
    this.path = path;
  }

  get sizeBytes(): number {
    return this.entries * ENTRY_BYTES;
  }

  get entries(): number {
    return this.#timestamps.length;
  }

  /** Its segment takes another name. */
  rename(path: string): DiskError | null {
    const error = this.#storage.check(this.#storage.disk.rename(this.path, path));
    this.path = path;
    return error;
  }

  /** Written since `takeDirty` was last asked. */
  takeDirty(): boolean {
    const dirty = this.#dirty;
    this.#dirty = false;
    return dirty;
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
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.append(this.path, entry));
  }

  /** Keeps entries below the offset. */
  truncateTo(relativeOffset: number): DiskError | null {
    let keep = this.entries;
    while (keep > 0 && this.#relativeOffsets[keep - 1]! >= relativeOffset) keep--;
    if (keep === this.entries) return null;
    this.#timestamps.length = keep;
    this.#relativeOffsets.length = keep;
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.truncate(this.path, keep * ENTRY_BYTES));
  }

  /** Empties the file, creating it if need be. */
  reset(): DiskError | null {
    this.#timestamps.length = 0;
    this.#relativeOffsets.length = 0;
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.write(this.path, new Uint8Array(0)));
  }

  /** Takes the file's entries over as long as they rise; what follows is cut off. */
  load(): DiskError | null {
    const size = this.#storage.disk.size(this.path);
    if (size < 0) return this.reset();
    const content = this.#storage.read(this.path, 0, size);
    if (!(content instanceof Uint8Array)) return content;
    const whole = content.length - (content.length % ENTRY_BYTES);
    for (let at = 0; at < whole; at += ENTRY_BYTES) {
      const timestamp = readInt64(content, at);
      const relativeOffset = readInt32(content, at + 8);
      const rises =
        timestamp > (this.#timestamps.at(-1) ?? -1) && relativeOffset >= (this.#relativeOffsets.at(-1) ?? 0);
      if (!rises || !Number.isSafeInteger(timestamp)) break;
      this.#timestamps.push(timestamp);
      this.#relativeOffsets.push(relativeOffset);
    }
    const valid = this.entries * ENTRY_BYTES;
    if (valid === size) return null;
    return this.#storage.check(this.#storage.disk.truncate(this.path, valid));
  }
}

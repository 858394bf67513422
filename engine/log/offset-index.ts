import { assert, type DiskError } from '../machine/index.ts';
import { readInt32, writeInt32 } from '../records/index.ts';
import type { LogStorage } from './log-storage.ts';

const ENTRY_BYTES = 8;

/**
 * `.index`: every `index.interval.bytes` an entry of 8 bytes, the offset relative to the segment's and the
 * position of its batch. Offsets and positions rise strictly.
 */
export class OffsetIndex {
  path: string;
  readonly #storage: LogStorage;
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
    return this.#relativeOffsets.length;
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
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.append(this.path, entry));
  }

  /** Keeps entries below the offset. */
  truncateTo(relativeOffset: number): DiskError | null {
    let keep = this.entries;
    while (keep > 0 && this.#relativeOffsets[keep - 1]! >= relativeOffset) keep--;
    if (keep === this.entries) return null;
    this.#relativeOffsets.length = keep;
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.truncate(this.path, keep * ENTRY_BYTES));
  }

  /** Empties the file, creating it if need be. */
  reset(): DiskError | null {
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
      const relativeOffset = readInt32(content, at);
      if (relativeOffset < 0 || relativeOffset <= (this.#relativeOffsets.at(-1) ?? -1)) break;
      this.#relativeOffsets.push(relativeOffset);
    }
    const valid = this.entries * ENTRY_BYTES;
    if (valid === size) return null;
    return this.#storage.check(this.#storage.disk.truncate(this.path, valid));
  }
}

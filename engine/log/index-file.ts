import type { DiskError } from '../machine/index.ts';
import type { LogStorage } from './log-storage.ts';

/** A file of entries of one size beside a segment, which tells where in it to begin to look (`AbstractIndex`). */
export abstract class IndexFile {
  path: string;
  readonly #storage: LogStorage;
  readonly #entryBytes: number;
  #dirty = false;

  constructor(storage: LogStorage, path: string, entryBytes: number) {
    this.#storage = storage;
    this.path = path;
    this.#entryBytes = entryBytes;
  }

  abstract get entries(): number;

  get sizeBytes(): number {
    return this.entries * this.#entryBytes;
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

  /** Keeps entries below the offset. */
  truncateTo(relativeOffset: number): DiskError | null {
    let keep = this.entries;
    while (keep > 0 && this.offsetAt(keep - 1) >= relativeOffset) keep--;
    if (keep === this.entries) return null;
    this.retain(keep);
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.truncate(this.path, this.sizeBytes));
  }

  /** Empties the file, creating it if need be. */
  reset(): DiskError | null {
    this.retain(0);
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.write(this.path, new Uint8Array(0)));
  }

  /** Takes the file's entries over as long as they rise; what follows is cut off. */
  load(): DiskError | null {
    const size = this.#storage.disk.size(this.path);
    if (size < 0) return this.reset();
    const content = this.#storage.read(this.path, 0, size);
    if (!(content instanceof Uint8Array)) return content;
    const whole = content.length - (content.length % this.#entryBytes);
    let at = 0;
    while (at < whole && this.takeOver(content, at)) at += this.#entryBytes;
    if (this.sizeBytes === size) return null;
    return this.#storage.check(this.#storage.disk.truncate(this.path, this.sizeBytes));
  }

  protected write(entry: Uint8Array): DiskError | null {
    this.#dirty = true;
    return this.#storage.check(this.#storage.disk.append(this.path, entry));
  }

  protected abstract offsetAt(entry: number): number;

  /** The first so many entries stay. */
  protected abstract retain(entries: number): void;

  /** False when the entry of the file at this position does not follow on those before it. */
  protected abstract takeOver(content: Uint8Array, position: number): boolean;
}

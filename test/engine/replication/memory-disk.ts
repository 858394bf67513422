import { type Disk, DiskError, type Ticket } from '../../../engine/machine/index.ts';

/** A disk in memory whose every operation is durable at once. It can be copied, put back, and made to fail. */
export class MemoryDisk implements Disk {
  readonly #files = new Map<string, Uint8Array>();
  readonly #directories = new Set<string>(['/data']);
  readonly synced: Ticket[] = [];
  failing = false;
  #tickets = 0;

  /** What is on it now, to come back to: a power loss that kept just this. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    for (const [path, content] of this.#files) copy.#files.set(path, content);
    for (const directory of this.#directories) copy.#directories.add(directory);
    return copy;
  }

  append(path: string, chunk: Uint8Array): DiskError | null {
    const before = this.#files.get(path) ?? new Uint8Array();
    const after = new Uint8Array(before.length + chunk.length);
    after.set(before);
    after.set(chunk, before.length);
    return this.write(path, after);
  }

  write(path: string, content: Uint8Array): DiskError | null {
    if (this.failing) return new DiskError('EIO', path);
    this.#files.set(path, content);
    return null;
  }

  read(path: string, position: number, length: number): Uint8Array | DiskError {
    if (this.failing) return new DiskError('EIO', path);
    const content = this.#files.get(path);
    return content === undefined
      ? new DiskError('ENOENT', path)
      : content.subarray(position, position + length);
  }

  size(path: string): number {
    return this.#files.get(path)?.length ?? -1;
  }

  truncate(path: string, size: number): DiskError | null {
    return this.write(path, (this.#files.get(path) ?? new Uint8Array()).slice(0, size));
  }

  rename(from: string, to: string): DiskError | null {
    if (this.failing) return new DiskError('EIO', from);
    for (const [path, content] of [...this.#files]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#files.delete(path);
      this.#files.set(to + path.slice(from.length), content);
    }
    if (this.#directories.delete(from)) this.#directories.add(to);
    return null;
  }

  remove(path: string): DiskError | null {
    for (const file of [...this.#files.keys()]) {
      if (file === path || file.startsWith(`${path}/`)) this.#files.delete(file);
    }
    this.#directories.delete(path);
    return null;
  }

  makeDirectory(path: string): DiskError | null {
    this.#directories.add(path);
    return null;
  }

  list(directory: string): readonly string[] {
    const names = new Set<string>();
    for (const path of [...this.#files.keys(), ...this.#directories]) {
      if (path.startsWith(`${directory}/`)) names.add(path.slice(directory.length + 1).split('/')[0]!);
    }
    return [...names].sort();
  }

  sync(_path: string): Ticket {
    this.#tickets += 1;
    this.synced.push(this.#tickets);
    return this.#tickets;
  }

  syncDirectory(path: string): Ticket {
    return this.sync(path);
  }
}

import { type Disk, DiskError, type Ticket } from '../../../engine/machine/index.ts';

/** A file's chunks, and where each begins. */
class Chunks {
  readonly chunks: Uint8Array[] = [];
  readonly starts: number[] = [];
  size = 0;

  add(chunk: Uint8Array): this {
    this.chunks.push(chunk);
    this.starts.push(this.size);
    this.size += chunk.length;
    return this;
  }

  read(position: number, length: number): Uint8Array {
    const end = Math.min(position + length, this.size);
    if (end <= position) return new Uint8Array(0);
    let at = this.chunkOf(position);
    const first = position - this.starts[at]!;
    if (end <= this.starts[at]! + this.chunks[at]!.length) {
      return this.chunks[at]!.subarray(first, first + end - position);
    }
    const whole = new Uint8Array(end - position);
    for (; at < this.chunks.length && this.starts[at]! < end; at++) {
      const from = Math.max(position - this.starts[at]!, 0);
      whole.set(this.chunks[at]!.subarray(from, end - this.starts[at]!), this.starts[at]! + from - position);
    }
    return whole;
  }

  private chunkOf(position: number): number {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** A page cache without a platter: everything is in memory, and a sync is a ticket that its world completes later. */
export class MemoryDisk implements Disk {
  readonly files = new Map<string, Chunks>();
  readonly directories = new Set<string>(['/']);
  /** Tickets handed out since the world last looked. */
  readonly syncs: Ticket[] = [];
  /** True: every write fails, as on a broken device. */
  isBroken = false;
  /** A directory of which every read and write fails, as one disk of several that broke. */
  brokenUnder: string | null = null;
  #nextTicket: Ticket = 1;

  append(path: string, chunk: Uint8Array): DiskError | null {
    if (this.#fails(path)) return new DiskError('EIO', path);
    if (!this.directories.has(parentOf(path))) return new DiskError('ENOENT', path);
    const chunks = this.files.get(path);
    if (chunks === undefined) this.files.set(path, new Chunks().add(chunk));
    else chunks.add(chunk);
    return null;
  }

  write(path: string, content: Uint8Array): DiskError | null {
    if (this.#fails(path)) return new DiskError('EIO', path);
    if (!this.directories.has(parentOf(path))) return new DiskError('ENOENT', path);
    this.files.set(path, new Chunks().add(content));
    return null;
  }

  read(path: string, position: number, length: number): Uint8Array | DiskError {
    if (this.brokenUnder !== null && path.startsWith(`${this.brokenUnder}/`))
      return new DiskError('EIO', path);
    return this.files.get(path)?.read(position, length) ?? new DiskError('ENOENT', path);
  }

  size(path: string): number {
    return this.files.get(path)?.size ?? -1;
  }

  truncate(path: string, size: number): DiskError | null {
    const content = this.read(path, 0, size);
    if (content instanceof DiskError) return content;
    this.files.set(path, new Chunks().add(content.slice()));
    return null;
  }

  rename(from: string, to: string): DiskError | null {
    if (this.#fails(from)) return new DiskError('EIO', from);
    if (this.files.has(from)) {
      this.files.set(to, this.files.get(from)!);
      this.files.delete(from);
      return null;
    }
    if (!this.directories.has(from)) return new DiskError('ENOENT', from);
    for (const directory of [...this.directories]) {
      if (directory !== from && !directory.startsWith(`${from}/`)) continue;
      this.directories.delete(directory);
      this.directories.add(to + directory.slice(from.length));
    }
    for (const [path, chunks] of [...this.files]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.files.delete(path);
      this.files.set(to + path.slice(from.length), chunks);
    }
    return null;
  }

  remove(path: string): DiskError | null {
    if (this.files.delete(path)) return null;
    if (!this.directories.has(path)) return new DiskError('ENOENT', path);
    for (const file of [...this.files.keys()]) if (file.startsWith(`${path}/`)) this.files.delete(file);
    for (const directory of [...this.directories]) {
      if (directory === path || directory.startsWith(`${path}/`)) this.directories.delete(directory);
    }
    return null;
  }

  makeDirectory(path: string): DiskError | null {
    let at = path;
    while (!this.directories.has(at)) {
      this.directories.add(at);
      at = parentOf(at);
    }
    return null;
  }

  list(directory: string): readonly string[] {
    const names = new Set<string>();
    const prefix = directory === '/' ? '/' : `${directory}/`;
    for (const path of [...this.files.keys(), ...this.directories]) {
      if (path.startsWith(prefix) && path !== directory) names.add(path.slice(prefix.length).split('/')[0]!);
    }
    return [...names].sort();
  }

  sync(_path: string): Ticket {
    return this.#ticket();
  }

  syncDirectory(_path: string): Ticket {
    return this.#ticket();
  }

  /** Empties a directory, as when its disk is replaced. */
  replaceDisk(directory: string): void {
    this.remove(directory);
    this.brokenUnder = null;
  }

  #fails(path: string): boolean {
    return this.isBroken || (this.brokenUnder !== null && path.startsWith(`${this.brokenUnder}/`));
  }

  #ticket(): Ticket {
    const ticket = this.#nextTicket++;
    this.syncs.push(ticket);
    return ticket;
  }
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

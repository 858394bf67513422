import { type Disk, DiskError, type DiskErrorCode, type Ticket } from '../../../engine/machine/index.ts';

/** A number in [0, bound), by which a power loss decides. */
export type Pick = (bound: number) => number;

interface Inode {
  chunks: Uint8Array[];
  /** As the last completed sync left it. */
  durable: Uint8Array;
}

interface PendingSync {
  readonly complete: () => void;
}

const EMPTY = new Uint8Array(0);

/**
 * A page cache in memory: what is not synced survives a process crash and not, or only in part, a power loss.
 */
export class MemoryDisk implements Disk {
  #files = new Map<string, Inode>();
  #directories = new Set<string>();
  #durableEntries = new Map<string, Inode | 'directory'>();
  #pending = new Map<Ticket, PendingSync>();
  #nextTicket = 1;
  #fault: {
    readonly matches: (operation: string, path: string) => boolean;
    readonly code: DiskErrorCode;
  } | null = null;
  /** Completed and begun operations, as `append /data/t-0/…log`. */
  readonly journal: string[] = [];

  constructor(...directories: readonly string[]) {
    for (const directory of directories) {
      this.#directories.add(directory);
      this.#durableEntries.set(directory, 'directory');
    }
  }

  /** From now on matching operations fail. */
  failOn(matches: (operation: string, path: string) => boolean, code: DiskErrorCode = 'EIO'): void {
    this.#fault = { matches, code };
  }

  heal(): void {
    this.#fault = null;
  }

  append(path: string, chunk: Uint8Array): DiskError | null {
    const error = this.#begin('append', path);
    if (error === null) this.#inode(path).chunks.push(chunk);
    return error;
  }

  write(path: string, content: Uint8Array): DiskError | null {
    const error = this.#begin('write', path);
    if (error === null) this.#inode(path).chunks = content.length === 0 ? [] : [content];
    return error;
  }

  read(path: string, position: number, length: number): Uint8Array | DiskError {
    const error = this.#begin('read', path);
    if (error !== null) return error;
    const inode = this.#files.get(path);
    if (inode === undefined) return new DiskError('ENOENT', path);
    let start = 0;
    for (const chunk of inode.chunks) {
      if (position >= start && position + length <= start + chunk.length) {
        return chunk.subarray(position - start, position - start + length);
      }
      start += chunk.length;
    }
    return join(inode.chunks).subarray(position, position + length);
  }

  size(path: string): number {
    const inode = this.#files.get(path);
    return inode === undefined ? -1 : sizeOf(inode.chunks);
  }

  truncate(path: string, size: number): DiskError | null {
    const error = this.#begin('truncate', path);
    if (error !== null) return error;
    const inode = this.#files.get(path);
    if (inode === undefined) return new DiskError('ENOENT', path);
    inode.chunks = [join(inode.chunks).subarray(0, size)];
    return null;
  }

  rename(from: string, to: string): DiskError | null {
    const error = this.#begin('rename', from);
    if (error !== null) return error;
    const inode = this.#files.get(from);
    if (inode !== undefined) {
      this.#files.delete(from);
      this.#files.set(to, inode);
      return null;
    }
    if (!this.#directories.has(from)) return new DiskError('ENOENT', from);
    this.#directories.delete(from);
    this.#directories.add(to);
    for (const [path, file] of [...this.#files]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.#files.delete(path);
      this.#files.set(to + path.slice(from.length), file);
    }
    return null;
  }

  remove(path: string): DiskError | null {
    const error = this.#begin('remove', path);
    if (error !== null) return error;
    if (!this.#files.has(path) && !this.#directories.has(path)) return new DiskError('ENOENT', path);
    for (const other of [...this.#files.keys()]) {
      if (other === path || other.startsWith(`${path}/`)) this.#files.delete(other);
    }
    this.#directories.delete(path);
    return null;
  }

  makeDirectory(path: string): DiskError | null {
    const error = this.#begin('makeDirectory', path);
    if (error === null) this.#directories.add(path);
    return error;
  }

  list(directory: string): readonly string[] {
    const names = [...this.#files.keys(), ...this.#directories]
      .filter((path) => path.lastIndexOf('/') === directory.length && path.startsWith(`${directory}/`))
      .map((path) => path.slice(directory.length + 1));
    return names.sort();
  }

  sync(path: string): Ticket {
    this.journal.push(`sync ${path}`);
    const inode = this.#files.get(path);
    const content = inode === undefined ? EMPTY : join(inode.chunks);
    return this.#await(() => {
      if (inode !== undefined) inode.durable = content;
    });
  }

  syncDirectory(path: string): Ticket {
    this.journal.push(`syncDirectory ${path}`);
    const entries = new Map(this.#entriesOf(path));
    return this.#await(() => {
      for (const durable of [...this.#durableEntries.keys()]) {
        if (parentOf(durable) === path && !entries.has(durable)) this.#forget(durable);
      }
      for (const [entry, what] of entries) this.#durableEntries.set(entry, what);
    });
  }

  /** Completes every sync under way, in the order in which they were asked for; answers the tickets. */
  completeSyncs(): readonly Ticket[] {
    const tickets = [...this.#pending.keys()];
    for (const ticket of tickets) this.#pending.get(ticket)!.complete();
    this.#pending.clear();
    return tickets;
  }

  get syncsUnderWay(): number {
    return this.#pending.size;
  }

  /** The process ends: syncs under way are nobody's business, the page cache stays. */
  processCrash(): void {
    this.#pending.clear();
    this.#fault = null;
  }

  /**
   * The power goes: an entry that was not synced is there or not, a file holds what was synced, what was
   * written, or what was written up to some byte and then garbage.
   */
  powerLoss(pick: Pick): void {
    this.processCrash();
    const now = new Map<string, Inode | 'directory'>(this.#files);
    for (const path of this.#directories) now.set(path, 'directory');
    const survived = new Map(this.#durableEntries);
    for (const [path, what] of now)
      if (survived.get(path) !== what && pick(2) === 0) survived.set(path, what);
    for (const path of this.#durableEntries.keys())
      if (!now.has(path) && pick(2) === 0) survived.delete(path);
    this.#files = new Map();
    this.#directories = new Set();
    for (const [path, what] of survived) if (what === 'directory') this.#directories.add(path);
    for (const [path, what] of survived) {
      if (what === 'directory' || !this.#directories.has(parentOf(path))) continue;
      const content = afterLoss(join(what.chunks), what.durable, pick);
      this.#files.set(path, { chunks: [content], durable: content });
    }
    this.#durableEntries = new Map<string, Inode | 'directory'>(this.#files);
    for (const path of this.#directories) this.#durableEntries.set(path, 'directory');
  }

  /** The whole content of a file, for expectations. */
  content(path: string): Uint8Array {
    return join(this.#files.get(path)?.chunks ?? []);
  }

  text(path: string): string {
    return String.fromCharCode(...this.content(path));
  }

  /** Overwrites a file behind everyone's back, durably. */
  plant(path: string, content: Uint8Array): void {
    const inode = { chunks: [content], durable: content };
    this.#files.set(path, inode);
    this.#durableEntries.set(path, inode);
  }

  #begin(operation: string, path: string): DiskError | null {
    this.journal.push(`${operation} ${path}`);
    const fault = this.#fault;
    return fault?.matches(operation, path) ? new DiskError(fault.code, path) : null;
  }

  #inode(path: string): Inode {
    let inode = this.#files.get(path);
    if (inode === undefined) {
      if (!this.#directories.has(parentOf(path))) throw new Error(`no directory for ${path}`);
      inode = { chunks: [], durable: EMPTY };
      this.#files.set(path, inode);
    }
    return inode;
  }

  #await(complete: () => void): Ticket {
    const ticket = this.#nextTicket++;
    this.#pending.set(ticket, { complete });
    return ticket;
  }

  *#entriesOf(directory: string): Generator<readonly [string, Inode | 'directory']> {
    for (const name of this.list(directory)) {
      const path = `${directory}/${name}`;
      yield [path, this.#files.get(path) ?? 'directory'];
    }
  }

  #forget(path: string): void {
    for (const other of [...this.#durableEntries.keys()]) {
      if (other === path || other.startsWith(`${path}/`)) this.#durableEntries.delete(other);
    }
  }
}

/**
 * Bytes that both have in common stay; beyond them one, the other, or the written ones up to a point and then
 * noise.
 */
function afterLoss(written: Uint8Array, durable: Uint8Array, pick: Pick): Uint8Array {
  let common = 0;
  while (common < written.length && common < durable.length && written[common] === durable[common]) common++;
  if (common === written.length && common === durable.length) return written;
  switch (pick(4)) {
    case 0:
      return durable;
    case 1:
      return written;
    case 2:
      return written.slice(0, common + pick(Math.max(written.length - common, 0) + 1));
    default: {
      const torn = written.slice();
      for (let at = common + pick(written.length - common + 1); at < torn.length; at++) torn[at] = pick(256);
      return torn;
    }
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((size, chunk) => size + chunk.length, 0);
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const all = new Uint8Array(sizeOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

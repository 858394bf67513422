import {
  type Disk,
  DiskError,
  type DiskErrorCode,
  type Random,
  type Ticket,
} from '../../../engine/machine/index.ts';

interface Inode {
  content: Uint8Array;
  /** What a power loss keeps for certain. */
  durable: Uint8Array;
}

interface Sync {
  readonly complete: () => void;
}

const EMPTY = new Uint8Array(0);

/**
 * A disk for one node, harsh and small: a power loss keeps what was synced and, per file and per directory, either
 * drops or keeps the rest; a tail that was only appended may be torn. Syncs complete when the harness says so.
 */
export class MemoryDisk implements Disk {
  /** Tells the harness of a sync to be completed. */
  onSync: (ticket: Ticket) => void = () => {};
  /** Every operation fails from now on. */
  isBroken = false;
  #entries = new Map<string, Inode | 'directory'>();
  #durableEntries = new Map<string, Inode | 'directory'>();
  #syncs = new Map<Ticket, Sync>();
  #nextTicket = 1;

  constructor(root: string) {
    this.#entries.set(root, 'directory');
    this.#durableEntries.set(root, 'directory');
  }

  append(path: string, chunk: Uint8Array): DiskError | null {
    const inode = this.#create(path);
    if (inode instanceof DiskError) return inode;
    inode.content = concatenate(inode.content, chunk);
    return null;
  }

  write(path: string, content: Uint8Array): DiskError | null {
    const inode = this.#create(path);
    if (inode instanceof DiskError) return inode;
    inode.content = content;
    return null;
  }

  read(path: string, position: number, length: number): Uint8Array | DiskError {
    const inode = this.#entries.get(path);
    if (this.isBroken) return this.#error('EIO', path);
    if (inode === undefined || inode === 'directory') return this.#error('ENOENT', path);
    return inode.content.subarray(position, position + length);
  }

  size(path: string): number {
    const inode = this.#entries.get(path);
    return inode === undefined || inode === 'directory' ? -1 : inode.content.length;
  }

  truncate(path: string, size: number): DiskError | null {
    const inode = this.#entries.get(path);
    if (this.isBroken) return this.#error('EIO', path);
    if (inode === undefined || inode === 'directory') return this.#error('ENOENT', path);
    inode.content = inode.content.slice(0, size);
    return null;
  }

  rename(from: string, to: string): DiskError | null {
    if (this.isBroken) return this.#error('EIO', from);
    if (!this.#entries.has(from)) return this.#error('ENOENT', from);
    for (const [path, inode] of [...this.#entries]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#entries.delete(path);
      this.#entries.set(to + path.slice(from.length), inode);
    }
    return null;
  }

  remove(path: string): DiskError | null {
    if (this.isBroken) return this.#error('EIO', path);
    for (const each of [...this.#entries.keys()]) {
      if (each === path || each.startsWith(`${path}/`)) this.#entries.delete(each);
    }
    return null;
  }

  makeDirectory(path: string): DiskError | null {
    if (this.isBroken) return this.#error('EIO', path);
    if (this.#entries.get(parentOf(path)) !== 'directory') return this.#error('ENOENT', path);
    this.#entries.set(path, 'directory');
    return null;
  }

  list(directory: string): readonly string[] {
    const names: string[] = [];
    for (const path of this.#entries.keys()) {
      if (parentOf(path) === directory) names.push(path.slice(directory.length + 1));
    }
    return names.sort();
  }

  sync(path: string): Ticket {
    const inode = this.#entries.get(path);
    const content = inode === undefined || inode === 'directory' ? EMPTY : inode.content;
    return this.#begin(() => {
      if (inode !== undefined && inode !== 'directory') inode.durable = content;
    });
  }

  syncDirectory(path: string): Ticket {
    const present = [...this.#entries].filter(([each]) => parentOf(each) === path);
    return this.#begin(() => {
      for (const each of [...this.#durableEntries.keys()]) {
        if (parentOf(each) === path) this.#durableEntries.delete(each);
      }
      for (const [each, inode] of present) this.#durableEntries.set(each, inode);
    });
  }

  /** The harness completes a sync; false when a crash has made it void. */
  complete(ticket: Ticket): DiskError | null | false {
    const sync = this.#syncs.get(ticket);
    if (sync === undefined) return false;
    this.#syncs.delete(ticket);
    if (this.isBroken) return this.#error('EIO', '');
    sync.complete();
    return null;
  }

  /** The process is gone; the page cache stays. */
  crash(): void {
    this.#syncs.clear();
  }

  /** The page cache is gone. `random` null: nothing that was not synced survives. */
  losePower(random: Random | null): void {
    this.#syncs.clear();
    const keeps = () => random !== null && random.below(2) === 0;
    const directories = new Set([...this.#entries.keys(), ...this.#durableEntries.keys()].map(parentOf));
    const survivors = new Map<string, Inode | 'directory'>();
    for (const directory of [...directories].sort()) {
      const source = keeps() ? this.#entries : this.#durableEntries;
      for (const [path, inode] of source) if (parentOf(path) === directory) survivors.set(path, inode);
    }
    // What lies in a directory that did not survive is gone with it. Parents sort before their children.
    this.#entries = new Map();
    for (const path of [...survivors.keys()].sort()) {
      const parent = parentOf(path);
      if (parent !== '' && this.#entries.get(parent) !== 'directory') continue;
      const inode = survivors.get(path)!;
      this.#entries.set(path, inode === 'directory' ? inode : survivorOf(inode, keeps(), random));
    }
    this.#durableEntries = new Map(this.#entries);
  }

  #begin(complete: () => void): Ticket {
    const ticket = this.#nextTicket++;
    this.#syncs.set(ticket, { complete });
    this.onSync(ticket);
    return ticket;
  }

  #create(path: string): Inode | DiskError {
    if (this.isBroken) return this.#error('EIO', path);
    const existing = this.#entries.get(path);
    if (existing === 'directory' || this.#entries.get(parentOf(path)) !== 'directory') {
      return this.#error('ENOENT', path);
    }
    if (existing !== undefined) return existing;
    const inode: Inode = { content: EMPTY, durable: EMPTY };
    this.#entries.set(path, inode);
    return inode;
  }

  #error(code: DiskErrorCode, path: string): DiskError {
    return new DiskError(code, path);
  }
}

function survivorOf(inode: Inode, isKept: boolean, random: Random | null): Inode {
  const { content, durable } = inode;
  if (!isKept || random === null) return { content: durable, durable };
  const isAppended = content.length > durable.length && startsWith(content, durable);
  const size = isAppended
    ? durable.length + random.below(content.length - durable.length + 1)
    : content.length;
  const survivor = content.slice(0, size);
  return { content: survivor, durable: survivor };
}

function startsWith(content: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, at) => content[at] === byte);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function concatenate(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

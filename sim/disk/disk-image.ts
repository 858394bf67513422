import type { Disk, DiskError, Ticket } from '../../engine/machine/index.ts';
import { FileTree } from './file-tree.ts';

/**
 * A disk outside the world: no time passes on it and nothing fails. Checks recover from it. Syncs end at
 * once; their tickets wait in `takeSynced` for whoever steps the machine.
 */
export class DiskImage implements Disk {
  readonly #tree: FileTree;
  #nextTicket: Ticket = 1;
  #synced: Ticket[] = [];

  /** Empty when no tree is given. */
  constructor(tree: FileTree = new FileTree(0)) {
    this.#tree = tree;
  }

  /** A copy of what is on it, all of it durable; bytes are shared. */
  copyTree(): FileTree {
    return this.#tree.clone();
  }

  append(path: string, chunk: Uint8Array): DiskError | null {
    return this.#tree.append(path, chunk, 0);
  }

  write(path: string, content: Uint8Array): DiskError | null {
    return this.#tree.write(path, content, 0);
  }

  read(path: string, position: number, length: number): Uint8Array | DiskError {
    return this.#tree.read(path, position, length);
  }

  size(path: string): number {
    return this.#tree.size(path);
  }

  truncate(path: string, size: number): DiskError | null {
    return this.#tree.truncate(path, size, 0);
  }

  rename(from: string, to: string): DiskError | null {
    return this.#tree.rename(from, to, 0);
  }

  remove(path: string): DiskError | null {
    return this.#tree.remove(path, 0);
  }

  makeDirectory(path: string): DiskError | null {
    return this.#tree.makeDirectory(path, 0);
  }

  list(directory: string): readonly string[] {
    return this.#tree.list(directory);
  }

  sync(_path: string): Ticket {
    return this.#end();
  }

  syncDirectory(_path: string): Ticket {
    return this.#end();
  }

  /** Tickets since the last call, in order. */
  takeSynced(): Ticket[] {
    const synced = this.#synced;
    this.#synced = [];
    return synced;
  }

  #end(): Ticket {
    this.#synced.push(this.#nextTicket);
    return this.#nextTicket++;
  }
}

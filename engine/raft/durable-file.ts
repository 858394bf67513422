import type { Disk, DiskError, Ticket } from '../machine/index.ts';
import { isDiskError } from '../machine/index.ts';

/**
 * Makes a written temporary file durable under its own name: sync, rename, sync the directories that lead to it. In
 * that order, because a name that outlives a power loss must not lead to content that did not.
 */
export class DurableFile {
  readonly #disk: Disk;
  /** Still to be synced, the file's own first. */
  readonly #directories: string[];
  readonly #temporary: string;
  readonly #path: string;
  #ticket: Ticket;
  #renamed = false;

  /** The temporary file has been written. */
  constructor(disk: Disk, directories: readonly string[], temporary: string, path: string) {
    this.#disk = disk;
    this.#directories = [...directories];
    this.#temporary = temporary;
    this.#path = path;
    this.#ticket = disk.sync(temporary);
  }

  awaits(ticket: Ticket): boolean {
    return this.#ticket === ticket;
  }

  /** The sync it awaited has ended. */
  advance(error: DiskError | null): 'pending' | 'durable' | DiskError {
    if (error !== null) return error;
    if (!this.#renamed) {
      const failure = this.#disk.rename(this.#temporary, this.#path);
      if (isDiskError(failure)) return failure;
      this.#renamed = true;
    }
    const directory = this.#directories.shift();
    if (directory === undefined) return 'durable';
    this.#ticket = this.#disk.syncDirectory(directory);
    return 'pending';
  }
}

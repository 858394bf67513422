import { type DiskError, MS, type Us } from '../machine/index.ts';
import type { LogStorage } from './log-storage.ts';

/** Files and directories that wait for `file.delete.delay.ms`: a reader may still be at them. */
export class DelayedDeletion {
  readonly #storage: LogStorage;
  readonly #delayUs: Us;
  /** In the order of their times. */
  #waiting: { readonly at: Us; readonly path: string }[] = [];

  constructor(storage: LogStorage, delayUs: Us) {
    this.#storage = storage;
    this.#delayUs = delayUs;
  }

  /** Takes over what was marked since the last call, and removes what has waited long enough. */
  advance(now: Us): DiskError | null {
    for (const { path, delayMs } of this.#storage.takeMarked()) {
      this.#wait(now + (delayMs === null ? this.#delayUs : delayMs * MS), path);
    }
    let due = 0;
    while (due < this.#waiting.length && this.#waiting[due]!.at <= now) due++;
    for (const { path } of this.#waiting.splice(0, due)) {
      // Two segments of one base offset, deleted one soon after the other, share a name.
      const error = this.#storage.disk.remove(path);
      if (error !== null && error.code !== 'ENOENT') return this.#storage.fail(error);
    }
    return this.#storage.failure;
  }

  #wait(at: Us, path: string): void {
    let place = this.#waiting.length;
    while (place > 0 && this.#waiting[place - 1]!.at > at) place--;
    this.#waiting.splice(place, 0, { at, path });
  }
}

/** What is to be deleted gets another name first, so that nothing finds it by its own. */
export function renameForDeletion(storage: LogStorage, path: string, deletedPath: string): DiskError | null {
  const error = storage.check(storage.disk.rename(path, deletedPath));
  if (error === null) storage.markForDeletion(deletedPath);
  return error;
}

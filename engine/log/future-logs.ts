import { assert, DiskError, type Outbox, type Random } from '../machine/index.ts';
import { renameForDeletion } from './delayed-deletion.ts';
import { Log } from './log.ts';
import { deletedDirectoryName, futureDirectoryName } from './log-file-name.ts';
import { type LogStorage, NOBODY } from './log-storage.ts';
import type { LogOptions } from './open-log.ts';
import { SilentOutbox } from './silent-outbox.ts';

interface FutureLog {
  readonly log: Log;
  readonly directoryName: string;
}

/**
 * The logs of one directory that are to replace the current ones in others (KIP-113). Each lies in a directory
 * `topic-partition.<32 hex digits>-future` until it is promoted, and tells no facts before.
 */
export class FutureLogs {
  readonly #storage: LogStorage;
  readonly #path: string;
  readonly #random: Random;
  /** By the replica's name. */
  readonly #byName = new Map<string, FutureLog>();

  constructor(storage: LogStorage, path: string, random: Random) {
    this.#storage = storage;
    this.#path = path;
    this.#random = random;
  }

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): Log | undefined {
    return this.#byName.get(name)?.log;
  }

  /** In the order in which they came. */
  *values(): Generator<Log, void> {
    for (const { log } of this.#byName.values()) yield log;
  }

  names(): Iterable<string> {
    return this.#byName.keys();
  }

  create(options: LogOptions, out: Outbox): Log | DiskError {
    const existing = this.get(options.name);
    if (existing !== undefined) return existing;
    if (this.#storage.failure !== null) return this.#storage.failure;
    return this.open(options, futureDirectoryName(options.name, this.#random), out);
  }

  open(options: LogOptions, directoryName: string, out: Outbox): Log | DiskError {
    const log = Log.open({ ...options, directoryName }, new SilentOutbox(out));
    if (!(log instanceof DiskError)) this.#byName.set(options.name, { log, directoryName });
    return log;
  }

  /** The move is off. */
  remove(name: string): DiskError | null {
    const future = this.#take(name);
    if (future === null) return null;
    const deleted = `${this.#path}/${deletedDirectoryName(name, this.#random)}`;
    return renameForDeletion(this.#storage, `${this.#path}/${future.directoryName}`, deleted);
  }

  /**
   * Makes the future log the replica's: its directory gets the replica's own name (`renameDir`). It is opened anew
   * there, as after a crash: epochs and indexes above what is durable come back from the batches.
   */
  promote(options: LogOptions, highWatermark: number, out: Outbox): Log | DiskError {
    const future = this.#take(options.name);
    assert(future !== null, () => `${options.name} has no future here`);
    if (this.#storage.failure !== null) return this.#storage.failure;
    const { log, directoryName } = future;
    const { disk } = this.#storage;
    const error = this.#storage.check(
      disk.rename(`${this.#path}/${directoryName}`, `${this.#path}/${options.name}`),
    );
    if (error !== null) return error;
    this.#storage.syncDirectory(this.#path, NOBODY);
    const { config, recoveryPoint, logStartOffset } = log;
    const promoted = { ...options, config, highWatermark, recoveryPoint, logStartOffset };
    return Log.open(promoted, new SilentOutbox(out));
  }

  #take(name: string): FutureLog | null {
    const future = this.#byName.get(name);
    if (future === undefined) return null;
    this.#byName.delete(name);
    future.log.abandon();
    return future;
  }
}

import { assert, type DiskError, type Outbox, type Ticket } from '../machine/index.ts';
import type { LogStorage, SyncOwner } from './log-storage.ts';

type State =
  | { readonly state: 'idle' }
  | {
      readonly state: 'syncing temp' | 'syncing directory';
      readonly ticket: Ticket;
      readonly version: number;
    };

const IDLE: State = { state: 'idle' };

/** Who waits for what was written to become durable. */
export interface DurableWaiter {
  settle(): void;
}

/**
 * A small file that is replaced whole: temp write, sync, rename, directory sync. A crash at any point leaves
 * the old content or the new; without the first sync a power loss could leave a renamed and empty file
 * (KAFKA-16541).
 *
 * idle -> syncing temp -> (rename) syncing directory -> idle
 *
 * What is written while a write is under way waits, and only the last of it is written.
 */
export class CheckpointFile implements SyncOwner {
  readonly path: string;
  readonly #storage: LogStorage;
  readonly #directory: string;
  #waiter: DurableWaiter | null = null;
  #state: State = IDLE;
  #latest: Uint8Array | null = null;
  #asked = 0;
  #durable = 0;
  #isAbandoned = false;

  constructor(storage: LogStorage, directory: string, name: string) {
    this.path = `${directory}/${name}`;
    this.#storage = storage;
    this.#directory = directory;
  }

  whenDurable(waiter: DurableWaiter): void {
    this.#waiter = waiter;
  }

  /** Counts writes asked for; `durableVersion` follows. */
  get version(): number {
    return this.#asked;
  }

  get durableVersion(): number {
    return this.#durable;
  }

  get isDurable(): boolean {
    return this.#durable === this.#asked;
  }

  /** Null when there is no such file, or the disk's error. */
  read(): Uint8Array | null | DiskError {
    const size = this.#storage.disk.size(this.path);
    return size < 0 ? null : this.#storage.read(this.path, 0, size);
  }

  /** Its directory is going: nothing more is written. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  write(content: Uint8Array): void {
    this.#latest = content;
    this.#asked++;
    if (this.#state.state === 'idle') this.#begin();
  }

  /** Writes unless the last content asked for is the same. */
  writeIfChanged(content: Uint8Array): void {
    if (this.#latest === null || !sameBytes(this.#latest, content)) this.write(content);
  }

  onSynced(ticket: Ticket, error: DiskError | null, _out: Outbox): void {
    const now = this.#state;
    assert(now.state !== 'idle' && now.ticket === ticket, 'a checkpoint waits for one sync at a time');
    this.#state = IDLE;
    if (error !== null || this.#storage.failure !== null || this.#isAbandoned) return;
    if (now.state === 'syncing temp') {
      if (this.#storage.check(this.#storage.disk.rename(this.#temp, this.path)) !== null) return;
      const next = this.#storage.syncDirectory(this.#directory, this);
      this.#state = { state: 'syncing directory', ticket: next, version: now.version };
      return;
    }
    this.#durable = now.version;
    if (this.#asked > now.version) this.#begin();
    this.#waiter?.settle();
  }

  get #temp(): string {
    return `${this.path}.tmp`;
  }

  #begin(): void {
    const storage = this.#storage;
    if (storage.failure !== null || this.#isAbandoned) return;
    if (storage.check(storage.disk.write(this.#temp, this.#latest!)) !== null) return;
    this.#state = { state: 'syncing temp', ticket: storage.sync(this.#temp, this), version: this.#asked };
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}

import { DiskError, MS, type Outbox, SECOND, timerId, type Us } from '../../machine/index.ts';
import { CheckpointFile } from '../checkpoint-file.ts';
import { decodeOffsets, encodeOffsets } from '../checkpoint-text.ts';
import type { Log } from '../log.ts';
import type { CleanerConfig } from '../log-config.ts';
import { LogFailure } from '../log-failure.ts';
import { CLEANER_CHECKPOINT } from '../log-file-name.ts';
import type { LogStorage, TruncationWatcher } from '../log-storage.ts';
import { LogTimer } from '../log-timer.ts';
import { type CleanableRange, cleanableRange } from './cleanable-range.ts';
import { LogCleaning } from './log-cleaning.ts';

/** What one step reads and writes at most, but for one batch: about a millisecond of a core. */
const STEP_BYTES = 256 * 1024;
/** `Throttler` looks this often whether it is ahead of the rate. */
const THROTTLE_INTERVAL: Us = 300 * MS;

export interface LogCleanerOptions {
  readonly storage: LogStorage;
  /** The log directory. */
  readonly path: string;
  readonly ordinal: number;
  readonly config: CleanerConfig;
  /** The directory's current logs, in the order of names. */
  readonly logs: () => Iterable<Log>;
}

/**
 * Cleans the logs of one directory, one after the other, the dirtiest first, and lets retention delete what compacted
 * logs may lose (`LogCleaner`, `LogCleanerManager`). Idle it looks every `log.cleaner.backoff.ms`; without compacted
 * logs it has no timer at all.
 */
export class LogCleaner implements TruncationWatcher {
  readonly #storage: LogStorage;
  readonly #path: string;
  readonly #checkpoint: CheckpointFile;
  readonly #timer: number;
  readonly #logs: () => Iterable<Log>;
  #config: CleanerConfig;
  /** By the log's name: below is clean. */
  readonly #cleanedTo = new Map<string, number>();
  /** Logs that cannot be read (`uncleanablePartitions`): not tried again by this process. */
  readonly #uncleanable = new Set<string>();
  #cleaning: LogCleaning | null = null;
  #isArmed = false;
  #isStopped = false;

  constructor(options: LogCleanerOptions) {
    this.#storage = options.storage;
    this.#path = options.path;
    this.#config = options.config;
    this.#logs = options.logs;
    this.#checkpoint = new CheckpointFile(options.storage, options.path, CLEANER_CHECKPOINT);
    this.#timer = timerId(LogTimer.Cleaner, options.ordinal);
  }

  /** A file that cannot be trusted counts as empty: everything is dirty then. */
  boot(out: Outbox): DiskError | null {
    const content = this.#checkpoint.read();
    if (content instanceof DiskError) return content;
    const offsets = content === null ? null : decodeOffsets(content);
    if (content !== null && offsets === null) out.probe('offset checkpoint was unreadable');
    for (const [name, offset] of offsets ?? []) this.#cleanedTo.set(name, offset);
    return null;
  }

  /**
   * The logs are loaded. What they hold now may be cut below what the file says of them: by recovery, or by a
   * truncation shortly before a crash. An active segment was never cleaned.
   */
  onLoaded(): void {
    for (const log of this.#logs()) {
      const active = log.local.segments.at(-1)!.baseOffset;
      if ((this.#cleanedTo.get(log.name) ?? 0) > active) this.#cleanedTo.set(log.name, active);
    }
  }

  get isDurable(): boolean {
    return this.#checkpoint.isDurable;
  }

  /** The first offset that was not cleaned yet; undefined: the log never was. */
  cleanedTo(name: string): number | undefined {
    return this.#cleanedTo.get(name);
  }

  /** The log that is being cleaned. */
  get current(): string | null {
    return this.#cleaning?.log.name ?? null;
  }

  /**
   * Whether segments of this log are deleted by the cleaner, so that nobody takes what it is reading
   * (`pauseCleaningForNonCompactedPartitions`).
   */
  deletesFrom(log: Log): boolean {
    if (!this.#config['log.cleaner.enable']) return false;
    return isCompacted(log) || this.current === log.name;
  }

  updateConfig(config: CleanerConfig): void {
    this.#config = config;
  }

  /** Asked from time to time: begins to work when there is a compacted log. */
  wake(now: Us, out: Outbox): void {
    if (this.#isArmed || this.#isStopped || this.#cleaning !== null) return;
    if (!this.#config['log.cleaner.enable']) return;
    for (const log of this.#logs()) {
      if (!isCompacted(log)) continue;
      this.#arm(now + this.#config['log.cleaner.backoff.ms'] * MS, out);
      return;
    }
  }

  onTimer(now: Us, out: Outbox): void {
    this.#isArmed = false;
    if (this.#isStopped || this.#storage.failure !== null) return;
    if (this.#cleaning === null) {
      this.#cleaning = this.#chooseDirtiest();
      if (this.#cleaning === null) {
        this.#deleteOldSegments(out);
        this.wake(now, out);
        return;
      }
    }
    const rate = this.#config['log.cleaner.io.max.bytes.per.second'];
    const budget = Math.min(STEP_BYTES, Math.ceil((rate * THROTTLE_INTERVAL) / SECOND));
    const bytes = this.#cleaning.advance(budget, out);
    this.#follow(now, bytes, out);
  }

  /** After a sync: what waited for the disk may go on. */
  settle(now: Us, out: Outbox): void {
    if (this.#cleaning !== null && !this.#isArmed) this.#follow(now, 0, out);
  }

  /** What was cleaned above is gone, and what comes there is dirty. */
  onTruncated(directory: string, offset: number): void {
    const name = directory.slice(this.#path.length + 1);
    if ((this.#cleanedTo.get(name) ?? 0) <= offset) return;
    this.#cleanedTo.set(name, offset);
    this.#writeCheckpoint();
  }

  /** The log leaves the directory. */
  forget(name: string): void {
    if (this.#cleaning?.log.name === name) {
      this.#cleaning.abort();
      this.#cleaning = null;
    }
    this.#uncleanable.delete(name);
    if (this.#cleanedTo.delete(name)) this.#writeCheckpoint();
  }

  stop(out: Outbox): void {
    this.#isStopped = true;
    this.#cleaning?.abort();
    this.#cleaning = null;
    if (this.#isArmed) out.disarm(this.#timer);
  }

  /** Goes on, waits for the disk, or comes to an end. */
  #follow(now: Us, bytes: number, out: Outbox): void {
    const cleaning = this.#cleaning!;
    switch (cleaning.state) {
      case 'mapping':
      case 'cleaning': {
        const rate = this.#config['log.cleaner.io.max.bytes.per.second'];
        this.#arm(now + Math.ceil((bytes * SECOND) / rate), out);
        return;
      }
      case 'syncing':
      case 'swapping':
        return;
      case 'done':
        this.#cleanedTo.set(cleaning.log.name, cleaning.cleanedTo);
        this.#writeCheckpoint();
        break;
      case 'failed':
        this.#uncleanable.add(cleaning.log.name);
        out.probe('log cleaner: a log cannot be cleaned');
        break;
      case 'aborted':
        out.probe('log cleaning aborted');
        break;
    }
    this.#cleaning = null;
    this.#deleteOldSegments(out);
    // The next log at once; an aborted one is in a changing state and can wait.
    if (cleaning.state === 'done') this.#arm(now, out);
    else this.wake(now, out);
  }

  /** `grabFilthiestCompactedLog`. */
  #chooseDirtiest(): LogCleaning | null {
    const nowMs = this.#storage.wall.nowMs();
    let dirtiest: Log | null = null;
    let chosen: CleanableRange | null = null;
    let highest = -1;
    let isStale = false;
    for (const log of this.#logs()) {
      if (!isCompacted(log) || this.#uncleanable.has(log.name)) continue;
      const range = cleanableRange(log, this.#cleanedTo.get(log.name), nowMs);
      if (range.isCheckpointInvalid) {
        this.#cleanedTo.set(log.name, range.firstDirtyOffset);
        isStale = true;
      }
      const total = range.cleanBytes + range.cleanableBytes;
      if (total === 0) continue;
      const ratio = range.cleanableBytes / total;
      const isDue =
        (range.isOverdue && range.cleanableBytes > 0) || ratio > log.config['min.cleanable.dirty.ratio'];
      if (!isDue || ratio <= highest) continue;
      highest = ratio;
      dirtiest = log;
      chosen = range;
    }
    if (isStale) this.#writeCheckpoint();
    return dirtiest === null ? null : new LogCleaning(dirtiest, chosen!, this.#storage, this.#config);
  }

  /** Compacted logs are the cleaner's: retention must not take what it is reading. */
  #deleteOldSegments(out: Outbox): void {
    for (const log of this.#logs()) {
      if (!isCompacted(log) || this.#uncleanable.has(log.name)) continue;
      if (log.deleteOldSegments(out) instanceof LogFailure && this.#storage.failure !== null) return;
    }
  }

  #writeCheckpoint(): void {
    const names = [...this.#cleanedTo.keys()].sort();
    this.#checkpoint.writeIfChanged(encodeOffsets(names.map((name) => [name, this.#cleanedTo.get(name)!])));
  }

  #arm(at: Us, out: Outbox): void {
    this.#isArmed = true;
    out.arm(this.#timer, at);
  }
}

function isCompacted(log: Log): boolean {
  return log.config['cleanup.policy'].includes('compact');
}

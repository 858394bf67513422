import {
  type CleanerConfig,
  cleanerConfigDefaults,
  Log,
  type LogConfig,
  LogDirectory,
  logConfigDefaults,
  logDirectoryConfigDefaults,
} from '../../../../engine/log/index.ts';
import type { Disk } from '../../../../engine/machine/index.ts';
import {
  type BatchHeader,
  type BatchOptions,
  buildBatch,
  noCompression,
  parseBatch,
  RecordsError,
  readRecords,
} from '../../../../engine/records/index.ts';
import { LogOutbox } from '../log-outbox.ts';
import { MemoryDisk } from '../memory-disk.ts';
import { appended, bytesOf, TOPIC_ID } from '../stage.ts';

export const LOG = 'orders-0';
export const DAY_MS = 24 * 60 * 60 * 1000;

/** Timers that go off one after the other without time going on. */
const MAX_TIMERS_AT_ONCE = 10_000;

/** `key=value`, and `key=` for a tombstone. */
export function recordOf(text: string, timestamp: number) {
  const [key, value] = text.split('=') as [string, string];
  return { timestamp, key: key === '' ? null : bytesOf(key), value: value === '' ? null : bytesOf(value) };
}

/** One record as the log has it. */
export interface Found {
  readonly offset: number;
  readonly text: string;
  readonly timestamp: number;
}

/** A log directory with one compacted log, its disk and its process. */
export class CompactionStage {
  readonly disk: Disk & { processCrash(): void };
  out = new LogOutbox();
  directory: LogDirectory;
  now = 0;
  wallMs = 1_000_000;
  readonly config: LogConfig;
  readonly #cleaner: CleanerConfig;
  readonly #settle: () => readonly number[];
  #seed = 1;

  constructor(
    config: Partial<LogConfig> = {},
    cleaner: Partial<CleanerConfig> = {},
    disk: MemoryDisk = new MemoryDisk('/data'),
  ) {
    this.config = {
      ...logConfigDefaults,
      'segment.bytes': 300,
      'cleanup.policy': ['compact'],
      'min.cleanable.dirty.ratio': 0,
      ...config,
    };
    this.#cleaner = { ...cleanerConfigDefaults, ...cleaner };
    this.disk = disk;
    this.#settle = () => disk.completeSyncs();
    this.directory = this.boot();
    const made = this.directory.create(LOG, TOPIC_ID, this.config, this.out);
    if (!(made instanceof Log)) throw new Error('no log');
    this.settle();
  }

  boot(): LogDirectory {
    this.out = new LogOutbox();
    const draw = () => (this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0);
    const directory = LogDirectory.open(
      this.now,
      {
        disk: this.disk,
        path: '/data',
        random: { stream: () => ({ u32: draw, below: (bound) => draw() % bound }) },
        wall: { nowMs: () => this.wallMs },
        config: logDirectoryConfigDefaults,
        cleanerConfig: this.#cleaner,
        clusterId: 'cluster',
        nodeId: 1,
      },
      this.out,
    );
    if (!(directory instanceof LogDirectory)) throw new Error(`${directory.code} ${directory.path}`);
    this.directory = directory;
    // As a broker does when the metadata is there: until then the log has the defaults.
    directory.get(LOG)?.updateConfig(this.config);
    return directory;
  }

  get log(): Log {
    return this.directory.get(LOG)!;
  }

  /** Appends one batch of records and answers its first offset. */
  put(texts: readonly string[], options: BatchOptions = {}, leaderEpoch = 0): number {
    const batch = buildBatch(
      options,
      texts.map((text) => recordOf(text, this.wallMs)),
    );
    return appended(this.log.appendAsLeader([batch], leaderEpoch, this.out)).baseOffset;
  }

  replicate(): void {
    this.log.advanceHighWatermark(this.log.logEndOffset, 0, true, this.out);
  }

  /** Closes the active segment with all replicated: everything so far may be cleaned. */
  roll(): void {
    this.replicate();
    this.log.roll();
    this.settle();
  }

  /** Lets the timers run for a while. */
  pass(us: number): void {
    const until = this.now + us;
    let timers = 0;
    for (;;) {
      const due = [...this.out.timers]
        .filter(([, at]) => at <= until)
        .sort((left, right) => left[1] - right[1])[0];
      if (due === undefined) break;
      this.out.timers.delete(due[0]);
      const at = Math.max(this.now, due[1]);
      timers = at > this.now ? 0 : timers + 1;
      if (timers > MAX_TIMERS_AT_ONCE) throw new Error('the cleaner does not come to an end');
      this.wallMs += Math.floor((at - this.now) / 1000);
      this.now = at;
      this.directory.onTimer(this.now, due[0], 0, this.out);
      this.settle();
    }
    this.wallMs += Math.floor((until - this.now) / 1000);
    this.now = until;
  }

  /** Long enough for the cleaner to look, and to clean what it finds. */
  clean(): void {
    this.pass(40_000_000);
  }

  settle(): void {
    for (;;) {
      const tickets = this.#settle();
      if (tickets.length === 0) return;
      for (const ticket of tickets) this.directory.onSynced(this.now, ticket, null, this.out);
    }
  }

  batches(): readonly BatchHeader[] {
    return [...this.log.batches(this.log.logStartOffset)].map((batch) => {
      const header = parseBatch(batch);
      if (header instanceof RecordsError) throw new Error(header.message);
      return header;
    });
  }

  /** Every record that is there, control records left out. */
  records(): readonly Found[] {
    return recordsOf(this.log);
  }

  texts(): readonly string[] {
    return this.records().map(({ offset, text }) => `${offset}:${text}`);
  }
}

export function recordsOf(log: Log): readonly Found[] {
  const found: Found[] = [];
  for (const batch of log.batches(log.logStartOffset)) {
    const header = parseBatch(batch) as BatchHeader;
    if (header.isControl) continue;
    const records = readRecords(batch, noCompression);
    if (records instanceof RecordsError) throw new Error(records.message);
    for (const { offset, key, value, timestamp } of records) {
      const text = `${textOf(key)}=${textOf(value)}`;
      if (offset >= log.logStartOffset) found.push({ offset, text, timestamp });
    }
  }
  return found;
}

function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : String.fromCharCode(...bytes);
}

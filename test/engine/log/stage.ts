import { expect } from 'vitest';
import {
  type AppendInfo,
  Log,
  type LogConfig,
  LogFailure,
  type LogOptions,
  LogStorage,
  logConfigDefaults,
} from '../../../engine/log/index.ts';
import {
  buildBatch,
  crc32c,
  leaderEpochOf,
  noCompression,
  readRecords,
} from '../../../engine/records/index.ts';
import { LogOutbox } from './log-outbox.ts';
import { MemoryDisk } from './memory-disk.ts';

export const TOPIC_ID = 'dGVzdC10b3BpYy1pZC0wMQ';

/** One record a value, in one batch. */
export function batchOf(values: readonly string[], timestamp = 1000): Uint8Array {
  return buildBatch(
    {},
    values.map((value, index) => ({ timestamp: timestamp + index, key: null, value: bytesOf(value) })),
  );
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A log on a disk of its own, and what it takes to crash and reopen it. */
export class LogStage {
  readonly disk: MemoryDisk;
  readonly out = new LogOutbox();
  wallMs = 5_000;
  log: Log;
  readonly #config: LogConfig;

  constructor(
    config: Partial<LogConfig> = {},
    disk = new MemoryDisk('/data'),
    options: Partial<LogOptions> = {},
  ) {
    this.disk = disk;
    this.#config = { ...logConfigDefaults, ...config };
    this.log = this.open(options);
  }

  /** Opens the log again over what the disk holds, as a new process would. */
  open(options: Partial<LogOptions> = {}): Log {
    const storage = new LogStorage({ disk: this.disk, wall: { nowMs: () => this.wallMs } });
    // A boot takes the topic id from the disk: one that was torn by a power loss may be another or none.
    const topicId = this.disk.list('/data/orders-0').length === 0 ? TOPIC_ID : null;
    const all = {
      storage,
      parent: '/data',
      name: 'orders-0',
      topicId,
      config: this.#config,
      ...options,
    };
    const log = Log.open(all, this.out);
    if (!(log instanceof Log)) throw new Error(`no log: ${log.code} ${log.path}`);
    this.log = log;
    return log;
  }

  /** Lets every sync complete, and those that they lead to. */
  settle(): void {
    while (this.disk.syncsUnderWay > 0) {
      for (const ticket of this.disk.completeSyncs()) this.log.onSynced(ticket, null, this.out);
    }
  }

  lead(values: readonly string[], leaderEpoch = 0, timestamp = 1000): AppendInfo {
    return appended(this.log.appendAsLeader([batchOf(values, timestamp)], leaderEpoch, this.out));
  }

  /** The values of the log from its start, by way of `batches`. */
  values(from = this.log.logStartOffset): readonly string[] {
    const values: string[] = [];
    for (const batch of this.log.batches(from)) {
      for (const record of readRecords(batch, noCompression) as readonly {
        offset: number;
        value: Uint8Array;
      }[]) {
        if (record.offset >= from) {
          values.push(`${record.offset}:${String.fromCharCode(...record.value)}@${leaderEpochOf(batch)}`);
        }
      }
    }
    return values;
  }

  file(name: string): string {
    return `/data/orders-0/${name}`;
  }
}

export function appended(answer: AppendInfo | LogFailure): AppendInfo {
  expect(answer).not.toBeInstanceOf(LogFailure);
  return answer as AppendInfo;
}

/** A batch with bytes changed on purpose and the checksum that goes with them: what a hostile client sends. */
export function forged(batch: Uint8Array, change: (view: DataView) => unknown): Uint8Array {
  const copy = batch.slice();
  const view = new DataView(copy.buffer);
  change(view);
  view.setUint32(17, crc32c(copy, 21, copy.length));
  return copy;
}

import { assert, type Outbox, type Ticket } from '../machine/index.ts';
import { type BatchHeader, parseBatch, RecordsError, splitBatches } from '../records/index.ts';
import { ErrorCode, type Records } from '../wire/index.ts';
import type { LogConfig } from './log-config.ts';
import { LogFailure, recordsFailure } from './log-failure.ts';
import type { LogStorage } from './log-storage.ts';
import type { BatchMetadata } from './producer/index.ts';
import { type AppendOrigin, acceptBatch, stampBatch } from './validate-append.ts';

/** What an append did. */
export interface AppendInfo {
  /** Of the first record appended; -1 when every batch was left out. */
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** -1 unless the topic's timestamps are the log's. */
  readonly logAppendTime: number;
  readonly logStartOffset: number;
  readonly batches: number;
  readonly bytes: number;
  /**
   * The flush that `flush.messages` asked for, 0 for none: a caller that promises durability waits for it.
   */
  readonly sync: Ticket;
}

/** Bytes of all, and the largest timestamp of any; -1: of none. */
export function sumOf(entries: readonly AppendEntry[]): {
  readonly bytes: number;
  readonly maxTimestamp: number;
} {
  let bytes = 0;
  let maxTimestamp = -1;
  for (const { batch, header } of entries) {
    bytes += batch.length;
    if (header.maxTimestamp > maxTimestamp) maxTimestamp = header.maxTimestamp;
  }
  return { bytes, maxTimestamp };
}

/** What a producer is told of a batch that it sends again (`DUPLICATE_SEQUENCE_NUMBER` is no error to it). */
export function appendedBefore(batch: BatchMetadata, logStartOffset: number, out: Outbox): AppendInfo {
  out.probe('produce of a batch that was appended before');
  return {
    baseOffset: batch.firstOffset,
    lastOffset: batch.lastOffset,
    logAppendTime: batch.timestamp,
    logStartOffset,
    batches: 0,
    bytes: 0,
    sync: 0,
  };
}

/** A batch as it will lie in the log, with its header. */
export interface AppendEntry {
  readonly batch: Uint8Array;
  readonly header: BatchHeader;
}

/** What a leader writes onto the batches that it takes. */
export interface LeaderStamp {
  readonly config: LogConfig;
  readonly nextOffset: number;
  readonly leaderEpoch: number;
  readonly origin: AppendOrigin;
}

/** All batches validated and stamped, or the first reason against one. */
export function entriesOfLeader(
  records: Records,
  stamp: LeaderStamp,
  storage: LogStorage,
  out: Outbox,
): readonly AppendEntry[] | LogFailure {
  const { config, leaderEpoch, origin } = stamp;
  const batches = splitBatches(records);
  if (batches instanceof RecordsError) return recordsFailure(batches);
  if (batches.length === 0 || (origin === 'client' && batches.length > 1)) {
    return new LogFailure(ErrorCode.INVALID_RECORD, `${batches.length} batches where one is due`);
  }
  const entries: AppendEntry[] = [];
  let { nextOffset } = stamp;
  let bytes = 0;
  for (const batch of batches) {
    out.work.bytesChecksummed += batch.length;
    const accepted = acceptBatch(batch, origin, config, storage);
    if (accepted instanceof LogFailure) {
      if (accepted.errorCode === ErrorCode.CORRUPT_MESSAGE) out.probe('corrupt batch refused');
      return accepted;
    }
    const stamped = stampBatch(accepted, nextOffset, leaderEpoch, config, storage.room);
    storage.verified.add(stamped);
    const header = parseBatch(stamped);
    assert(!(header instanceof RecordsError), 'a batch that was accepted can be read');
    entries.push({ batch: stamped, header });
    nextOffset = header.lastOffset + 1;
    bytes += stamped.length;
  }
  out.work.bytesCopied += bytes;
  if (bytes <= config['segment.bytes']) return entries;
  return new LogFailure(ErrorCode.RECORD_LIST_TOO_LARGE, `${bytes} bytes exceed a segment`);
}

/**
 * Batches whose offsets are given: whole, undamaged, rising from the log end on; none of a later leader
 * epoch.
 */
export function entriesAsGiven(
  records: Records,
  maxLeaderEpoch: number,
  logEndOffset: number,
  storage: LogStorage,
  out: Outbox,
): readonly AppendEntry[] | LogFailure {
  const batches = splitBatches(records);
  if (batches instanceof RecordsError) return recordsFailure(batches);
  const entries: AppendEntry[] = [];
  let nextOffset = -1;
  for (const batch of batches) {
    const header = parseBatch(batch);
    if (header instanceof RecordsError) return recordsFailure(header);
    if (header.leaderEpoch > maxLeaderEpoch) {
      out.probe('log left out batches of a later leader epoch');
      break;
    }
    if (header.baseOffset < nextOffset) {
      return new LogFailure(ErrorCode.CORRUPT_MESSAGE, `offset ${header.baseOffset} after ${nextOffset - 1}`);
    }
    out.work.bytesChecksummed += batch.length;
    const damage = storage.verified.verify(batch);
    if (damage !== null) return recordsFailure(damage);
    nextOffset = header.lastOffset + 1;
    entries.push({ batch, header });
  }
  return rejectBelowEnd(entries, logEndOffset) ?? entries;
}

/** Kafka's `UnexpectedAppendOffsetException`. */
function rejectBelowEnd(entries: readonly AppendEntry[], logEndOffset: number): LogFailure | null {
  const first = entries[0];
  if (first === undefined || first.header.baseOffset >= logEndOffset) return null;
  const { baseOffset } = first.header;
  const { lastOffset } = entries.at(-1)!.header;
  const message = `unexpected append offset ${baseOffset} below the log end offset ${logEndOffset}`;
  return new LogFailure(ErrorCode.UNKNOWN_SERVER_ERROR, message, baseOffset, lastOffset);
}

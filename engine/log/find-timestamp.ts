import { DiskError } from '../machine/index.ts';
import { leaderEpochOf, RecordsError, readRecords } from '../records/index.ts';
import { type LogFailure, recordsFailure, storageFailure } from './log-failure.ts';
import type { LogStorage } from './log-storage.ts';
import type { Segment } from './segment.ts';

/** A record found by its time. The leader epoch is -1 when its batch has none. */
export interface TimestampOffset {
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

/**
 * The first record at `timestamp` or later (`UnifiedLog.searchOffsetInLocalLog`). As in Kafka only the first
 * segment that reaches the timestamp is searched, even if all its matches lie below the log start offset.
 */
export function findTimestamp(
  storage: LogStorage,
  segments: readonly Segment[],
  timestamp: number,
  logStartOffset: number,
): TimestampOffset | null | LogFailure {
  const segment = segments.find((candidate) => candidate.maxTimestamp >= timestamp);
  if (segment === undefined) return null;
  for (let index = segment.indexOf(logStartOffset); index < segment.batchCount; index++) {
    if (segment.maxTimestampAt(index) < timestamp) continue;
    const found = findInBatch(
      storage,
      segment,
      index,
      (at, offset) => at >= timestamp && offset >= logStartOffset,
    );
    if (found !== null) return found;
  }
  return null;
}

/** The first record that has the log's largest timestamp (KIP-734); null in a log without timestamps. */
export function findMaxTimestamp(
  storage: LogStorage,
  segments: readonly Segment[],
): TimestampOffset | null | LogFailure {
  let latest = segments[0]!;
  for (const segment of segments) if (segment.maxTimestamp > latest.maxTimestamp) latest = segment;
  if (latest.batchCount === 0) return null;
  const index = latest.indexOf(latest.offsetOfMaxTimestamp);
  return findInBatch(storage, latest, index, (at) => at === latest.maxTimestamp);
}

function findInBatch(
  storage: LogStorage,
  segment: Segment,
  index: number,
  matches: (timestamp: number, offset: number) => boolean,
): TimestampOffset | null | LogFailure {
  const batch = segment.readBatch(index);
  if (batch instanceof DiskError) return storageFailure(batch);
  const records = readRecords(batch, storage.compression);
  if (records instanceof RecordsError) return recordsFailure(records);
  for (const { offset, timestamp } of records) {
    if (matches(timestamp, offset)) return { offset, timestamp, leaderEpoch: leaderEpochOf(batch) };
  }
  return null;
}

import type { Log } from '../log.ts';
import { floorSegment, type Segment } from '../segment.ts';

/** What a log offers to the cleaner (`LogToClean`). */
export interface CleanableRange {
  readonly firstDirtyOffset: number;
  /** Where a segment begins; below it is cleaned. */
  readonly firstUncleanableOffset: number;
  /** The checkpoint says what cannot be: it is to be set to the first dirty offset. */
  readonly isCheckpointInvalid: boolean;
  /** `max.compaction.lag.ms` has passed for something dirty. */
  readonly isOverdue: boolean;
  readonly cleanBytes: number;
  readonly cleanableBytes: number;
}

/** `LogCleanerManager.cleanableOffsets`. */
export function cleanableRange(log: Log, checkpointed: number | undefined, nowMs: number): CleanableRange {
  const { logStartOffset } = log;
  const { segments } = log.local;
  const isCheckpointInvalid =
    checkpointed !== undefined && (checkpointed < logStartOffset || checkpointed > log.logEndOffset);
  const firstDirtyOffset = isCheckpointInvalid ? logStartOffset : (checkpointed ?? logStartOffset);
  const uncleanable = firstUncleanable(log, firstDirtyOffset, nowMs);
  const firstUncleanableOffset = segments[Math.max(floorSegment(segments, uncleanable), 0)]!.baseOffset;
  let cleanBytes = 0;
  for (const segment of segments) if (segment.baseOffset < firstDirtyOffset) cleanBytes += segment.size;
  let cleanableBytes = 0;
  const from = Math.min(firstDirtyOffset, firstUncleanableOffset);
  for (const segment of segmentsBetween(segments, from, firstUncleanableOffset))
    cleanableBytes += segment.size;
  const isOverdue = compactionDelayMs(log, firstDirtyOffset, nowMs) > 0;
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    isCheckpointInvalid,
    isOverdue,
    cleanBytes,
    cleanableBytes,
  };
}

/** Segments of which something lies in [from, to). */
export function segmentsBetween(segments: readonly Segment[], from: number, to: number): readonly Segment[] {
  if (from >= to) return [];
  const first = Math.max(floorSegment(segments, from), 0);
  let end = first;
  while (end < segments.length && segments[end]!.baseOffset < to) end++;
  return segments.slice(first, end);
}

/** Never above the last stable offset, the active segment, or what is too young. */
function firstUncleanable(log: Log, firstDirtyOffset: number, nowMs: number): number {
  const { segments } = log.local;
  const active = segments.at(-1)!.baseOffset;
  const bound = Math.min(log.lastStableOffset, active);
  const lagMs = Math.max(log.config['min.compaction.lag.ms'], 0);
  let young = Number.MAX_SAFE_INTEGER;
  if (lagMs > 0) {
    for (const segment of segmentsBetween(segments, firstDirtyOffset, active)) {
      if (segment.latestBatchTimestamp <= nowMs - lagMs) continue;
      young = segment.baseOffset;
      break;
    }
  }
  return Math.max(firstDirtyOffset, Math.min(bound, young));
}

/** For how long something dirty should have been cleaned by now. */
function compactionDelayMs(log: Log, firstDirtyOffset: number, nowMs: number): number {
  const { segments } = log.local;
  const active = segments.at(-1)!.baseOffset;
  const until = nowMs - Math.max(log.config['max.compaction.lag.ms'], 0);
  if (until <= 0) return 0;
  let earliest = Number.MAX_SAFE_INTEGER;
  for (const segment of segmentsBetween(segments, firstDirtyOffset, active)) {
    const first = segment.batchCount === 0 ? -1 : segment.maxTimestampAt(0);
    if (first > 0 && first < earliest) earliest = first;
  }
  return earliest < until ? until - earliest : 0;
}

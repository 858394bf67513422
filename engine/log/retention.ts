import type { Outbox } from '../machine/index.ts';
import type { Log } from './log.ts';
import type { LogConfig } from './log-config.ts';
import { LogFailure, storageFailure } from './log-failure.ts';
import type { Segment } from './segment.ts';

/** Deletes what retention has done with (`UnifiedLog.deleteOldSegments`), and raises the log start before. */
export function deleteOldSegments(log: Log, nowMs: number, out: Outbox): number | LogFailure {
  const { config, highWatermark, local, logEndOffset, logStartOffset } = log;
  const { segments } = local;
  const count = deletableSegments(segments, logStartOffset, highWatermark, logEndOffset, config, nowMs);
  if (count === 0) return 0;
  const rolled = count === segments.length ? log.roll() : null;
  if (rolled !== null) return storageFailure(rolled);
  const firstKept = segments[count]!.baseOffset;
  const advanced = log.advanceLogStart(firstKept, out);
  if (advanced instanceof LogFailure) return advanced;
  const error = local.deleteBelow(firstKept);
  if (error !== null) return storageFailure(error);
  log.producers.onDeletedBelow(firstKept);
  out.probe('log segments deleted by retention');
  return count;
}

/**
 * Segments to be deleted, counted from the oldest (`UnifiedLog.deleteOldSegments`): those wholly below the log start,
 * whatever the policy; with the policy `delete` then by size, then by time. Only segments wholly below the high
 * watermark (KAFKA-5634), and never an active segment without records. When all go, the active one is rolled first.
 */
export function deletableSegments(
  segments: readonly Segment[],
  logStartOffset: number,
  highWatermark: number,
  logEndOffset: number,
  config: LogConfig,
  nowMs: number,
): number {
  let count = 0;
  while (count + 1 < segments.length && segments[count + 1]!.baseOffset <= logStartOffset) count++;
  if (!config['cleanup.policy'].includes('delete')) return count;
  const above = segments.slice(count);
  count += countBySize(above, highWatermark, logEndOffset, config['retention.bytes']);
  const left = segments.slice(count);
  return count + countByTime(left, highWatermark, logEndOffset, config['retention.ms'], nowMs);
}

/** As long as what remains is not below the size to be kept. */
function countBySize(
  segments: readonly Segment[],
  highWatermark: number,
  logEndOffset: number,
  retentionBytes: number,
): number {
  if (retentionBytes < 0) return 0;
  let excess = -retentionBytes;
  for (const segment of segments) excess += segment.size;
  let count = 0;
  while (isDeletable(segments, count, highWatermark, logEndOffset)) {
    const { size } = segments[count]!;
    if (excess - size < 0) break;
    excess -= size;
    count++;
  }
  return count;
}

/**
 * By the largest timestamp of a segment. One without timestamps stays: there is no file time to fall back on.
 */
function countByTime(
  segments: readonly Segment[],
  highWatermark: number,
  logEndOffset: number,
  retentionMs: number,
  nowMs: number,
): number {
  if (retentionMs < 0) return 0;
  let count = 0;
  while (isDeletable(segments, count, highWatermark, logEndOffset)) {
    const { latestBatchTimestamp } = segments[count]!;
    if (latestBatchTimestamp < 0 || nowMs - latestBatchTimestamp <= retentionMs) break;
    count++;
  }
  return count;
}

function isDeletable(
  segments: readonly Segment[],
  index: number,
  highWatermark: number,
  logEndOffset: number,
): boolean {
  const segment = segments[index];
  if (segment === undefined || segment.batchCount === 0) return false;
  return highWatermark >= (segments[index + 1]?.baseOffset ?? logEndOffset);
}

import { DiskError, type Outbox } from '../machine/index.ts';
import { BATCH_HEADER_BYTES, type BatchHeader, parseBatch, RecordsError } from '../records/index.ts';
import type { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogStorage } from './log-storage.ts';
import { MAX_RELATIVE_OFFSET, type Segment } from './segment.ts';

/**
 * Reads the headers of a segment that is known to be whole. False when they do not add up to the file: then
 * the segment is recovered, wherever it lies. Kafka would trust it until a read fails.
 */
export function loadSegment(storage: LogStorage, segment: Segment): boolean | DiskError {
  const fileSize = storage.disk.size(segment.path);
  while (segment.size < fileSize) {
    const header = headerAt(storage, segment, fileSize);
    if (header instanceof DiskError) return header;
    if (header instanceof RecordsError) return false;
    segment.note(header);
  }
  return segment.offsetIndex.load() ?? segment.timeIndex.load() ?? true;
}

/**
 * Reads every batch, keeps those before the first that is damaged, and writes both indexes anew
 * (`LogSegment.recover`). Answers the bytes cut off.
 */
export function recoverSegment(
  storage: LogStorage,
  segment: Segment,
  config: LogConfig,
  epochs: LeaderEpochCache,
  out: Outbox,
): number | DiskError {
  const error = segment.offsetIndex.reset() ?? segment.timeIndex.reset();
  if (error !== null) return error;
  const fileSize = storage.disk.size(segment.path);
  while (segment.size < fileSize) {
    const header = wholeBatchAt(storage, segment, fileSize, out);
    if (header instanceof DiskError) return header;
    if (header instanceof RecordsError) break;
    segment.note(header);
    const failed = segment.indexBatch(config['index.interval.bytes']);
    if (failed !== null) return failed;
    const latest = epochs.latest;
    if (header.leaderEpoch >= 0 && (latest === null || header.leaderEpoch > latest.leaderEpoch)) {
      epochs.assign(header.leaderEpoch, header.baseOffset);
    }
  }
  const cut = fileSize - segment.size;
  if (cut > 0) out.probe('log recovery cut a torn tail');
  return segment.truncateFile(segment.size) ?? segment.seal() ?? cut;
}

function wholeBatchAt(
  storage: LogStorage,
  segment: Segment,
  fileSize: number,
  out: Outbox,
): BatchHeader | RecordsError | DiskError {
  const header = headerAt(storage, segment, fileSize);
  if (header instanceof RecordsError || header instanceof DiskError) return header;
  const batch = storage.read(segment.path, segment.size, header.length);
  if (batch instanceof DiskError) return batch;
  out.work.batches++;
  out.work.bytesRead += header.length;
  out.work.bytesChecksummed += header.length;
  return storage.verified.verify(batch) ?? header;
}

/** The header after what is known of the segment, in offsets that may follow it. */
function headerAt(
  storage: LogStorage,
  segment: Segment,
  fileSize: number,
): BatchHeader | RecordsError | DiskError {
  const left = fileSize - segment.size;
  const bytes = storage.read(segment.path, segment.size, Math.min(left, BATCH_HEADER_BYTES));
  if (bytes instanceof DiskError) return bytes;
  const header = parseBatch(bytes, 0, left);
  if (header instanceof RecordsError) return header;
  if (header.baseOffset < segment.nextOffset) {
    return new RecordsError('corrupt', `offset ${header.baseOffset} after ${segment.nextOffset - 1}`);
  }
  if (header.lastOffset - segment.baseOffset > MAX_RELATIVE_OFFSET) {
    return new RecordsError('corrupt', `offset ${header.lastOffset} in the segment of ${segment.baseOffset}`);
  }
  return header;
}

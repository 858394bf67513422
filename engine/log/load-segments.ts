import { DiskError, type Outbox } from '../machine/index.ts';
import { parseBatch, RecordsError } from '../records/index.ts';
import type { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  INDEX_SUFFIX,
  LOG_SUFFIX,
  offsetOfFile,
  SNAPSHOT_DELETED_SUFFIX,
  SWAP_SUFFIX,
  TIME_INDEX_SUFFIX,
} from './log-file-name.ts';
import type { LogStorage } from './log-storage.ts';
import { loadSegment, recoverSegment } from './recover-segment.ts';
import { floorSegment, Segment } from './segment.ts';

export interface LoadOptions {
  readonly storage: LogStorage;
  readonly directory: string;
  readonly config: LogConfig;
  readonly wasClean: boolean;
  readonly logStartOffset: number;
  readonly recoveryPoint: number;
  readonly epochs: LeaderEpochCache;
}

export interface LoadedSegments {
  /** Never empty: the last is the active one. */
  readonly segments: Segment[];
  readonly recovered: number;
  readonly truncatedBytes: number;
  /** Whether the log held data up to its log start offset: if not, it was emptied and starts over there. */
  readonly startedOver: boolean;
}

/** Brings the segments of a log back from its directory (`LogLoader.load`). */
export function loadSegments(options: LoadOptions, out: Outbox): LoadedSegments | DiskError {
  const { storage, directory, logStartOffset, epochs } = options;
  const tidied = finishInterruptedWork(options, out);
  if (tidied !== null) return tidied;
  const opened = openSegments(options, out);
  if (opened instanceof DiskError) return opened;
  const { segments } = opened;
  const end = segments.at(-1)?.nextOffset ?? -1;
  const startedOver = segments.length > 0 && end < logStartOffset;
  if (startedOver) {
    out.probe('log started over below its start offset');
    for (const segment of segments.splice(0)) {
      const error = segment.delete(options.config['file.delete.delay.ms']);
      if (error !== null) return error;
    }
    epochs.clear();
  }
  if (segments.length === 0) {
    const segment = new Segment(storage, directory, logStartOffset);
    const error = segment.create();
    if (error !== null) return error;
    segments.push(segment);
  }
  return { ...opened, startedOver };
}

/**
 * Deletes what was being deleted or cleaned, and completes swaps: a `.swap` replaces the segments in its
 * range of offsets, unless a `.cleaned` file at or below it says that the split which made it was not
 * complete (KAFKA-6264).
 */
function finishInterruptedWork({ storage, directory }: LoadOptions, out: Outbox): DiskError | null {
  const { disk } = storage;
  let minCleaned = Number.MAX_SAFE_INTEGER;
  for (const name of disk.list(directory)) {
    if (name.endsWith(DELETED_SUFFIX) && !name.endsWith(SNAPSHOT_DELETED_SUFFIX)) {
      const error = storage.check(disk.remove(`${directory}/${name}`));
      if (error !== null) return error;
    } else if (name.endsWith(CLEANED_SUFFIX)) minCleaned = Math.min(minCleaned, offsetOfFile(name));
  }
  for (const name of disk.list(directory)) {
    const isCleaned = name.endsWith(CLEANED_SUFFIX);
    const isInvalidSwap = name.endsWith(SWAP_SUFFIX) && offsetOfFile(name) >= minCleaned;
    if (!isCleaned && !isInvalidSwap) continue;
    const error = storage.check(disk.remove(`${directory}/${name}`));
    if (error !== null) return error;
  }
  if (minCleaned < Number.MAX_SAFE_INTEGER) out.probe('log recovery threw an interrupted cleaning away');
  return completeSwaps(storage, directory, out);
}

function completeSwaps(storage: LogStorage, directory: string, out: Outbox): DiskError | null {
  const { disk } = storage;
  let from = Number.MAX_SAFE_INTEGER;
  let to = -1;
  for (const name of disk.list(directory)) {
    if (!name.endsWith(LOG_SUFFIX + SWAP_SUFFIX)) continue;
    const segment = new Segment(storage, directory, offsetOfFile(name));
    const end = endOfSwap(storage, `${directory}/${name}`, segment);
    if (end instanceof DiskError) return end;
    from = Math.min(from, segment.baseOffset);
    to = Math.max(to, end);
  }
  if (to >= 0) out.probe('log recovery completed an interrupted swap');
  for (const name of disk.list(directory)) {
    const offset = offsetOfFile(name);
    if (name.endsWith(SWAP_SUFFIX) || offset < from || offset >= to) continue;
    const error = storage.check(disk.remove(`${directory}/${name}`));
    if (error !== null) return error;
  }
  for (const name of disk.list(directory)) {
    if (!name.endsWith(SWAP_SUFFIX)) continue;
    const path = `${directory}/${name}`;
    const error = storage.check(disk.rename(path, path.slice(0, -SWAP_SUFFIX.length)));
    if (error !== null) return error;
  }
  return null;
}

/** Where the batches of a `.swap` file end. */
function endOfSwap(storage: LogStorage, path: string, segment: Segment): number | DiskError {
  const size = storage.disk.size(path);
  const bytes = storage.read(path, 0, size);
  if (bytes instanceof DiskError) return bytes;
  let end = segment.baseOffset;
  let at = 0;
  while (at < bytes.length) {
    const header = parseBatch(bytes, at);
    if (header instanceof RecordsError) break;
    end = header.lastOffset + 1;
    at += header.length;
  }
  return end;
}

interface OpenedSegments {
  readonly segments: Segment[];
  readonly recovered: number;
  readonly truncatedBytes: number;
}

/**
 * Opens segments in order; after the first that had to be cut, or a hole between two, the rest is deleted.
 */
function openSegments(options: LoadOptions, out: Outbox): OpenedSegments | DiskError {
  const { storage, config, epochs } = options;
  const all = listSegments(options);
  if (all instanceof DiskError) return all;
  const firstUnflushed = options.wasClean
    ? all.length
    : Math.max(floorSegment(all, options.recoveryPoint), 0);
  const segments: Segment[] = [];
  let recovered = 0;
  let truncatedBytes = 0;
  let ended = false;
  for (const [index, segment] of all.entries()) {
    ended ||= index >= firstUnflushed && isBeyondHole(segments, segment, out);
    if (ended) {
      truncatedBytes += storage.disk.size(segment.path);
      const error = segment.delete(options.config['file.delete.delay.ms']);
      if (error !== null) return error;
      continue;
    }
    segments.push(segment);
    const intact = index < firstUnflushed && isIndexed(storage, segment) && loadSegment(storage, segment);
    if (intact instanceof DiskError) return intact;
    if (intact) continue;
    const again = new Segment(storage, options.directory, segment.baseOffset);
    segments[segments.length - 1] = again;
    // Epochs that begin here are read from the batches anew: the epoch file is written behind the log and may
    // miss some or hold some that were truncated.
    if (index >= firstUnflushed) epochs.truncateFromEnd(segment.baseOffset);
    const cut = recoverSegment(storage, again, config, epochs, out);
    if (cut instanceof DiskError) return cut;
    recovered++;
    truncatedBytes += cut;
    ended = cut > 0;
  }
  return { segments, recovered, truncatedBytes };
}

/**
 * Unflushed segments are created one by one, and a power loss may undo one creation and not the next: what
 * follows the hole would be taken for the log. Compaction leaves holes within segments and none between two.
 */
function isBeyondHole(before: readonly Segment[], segment: Segment, out: Outbox): boolean {
  const previous = before.at(-1);
  if (previous === undefined) return false;
  if (segment.baseOffset <= previous.nextOffset) return false;
  out.probe('log recovery found a hole between segments');
  return true;
}

function isIndexed(storage: LogStorage, segment: Segment): boolean {
  return storage.disk.size(segment.offsetIndex.path) >= 0;
}

/** The segments by base offset, without their content. Index files that have lost their log go. */
function listSegments({ storage, directory }: LoadOptions): Segment[] | DiskError {
  const names = storage.disk.list(directory);
  const segments: Segment[] = [];
  for (const name of names) {
    const offset = offsetOfFile(name);
    if (offset < 0) continue;
    if (name.endsWith(LOG_SUFFIX)) segments.push(new Segment(storage, directory, offset));
    else if (name.endsWith(INDEX_SUFFIX) || name.endsWith(TIME_INDEX_SUFFIX)) {
      if (names.includes(name.slice(0, name.indexOf('.')) + LOG_SUFFIX)) continue;
      const error = storage.check(storage.disk.remove(`${directory}/${name}`));
      if (error !== null) return error;
    }
  }
  return segments;
}

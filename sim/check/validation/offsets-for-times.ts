import { type Log, LogFailure, type TimestampOffset } from '../../../engine/log/index.ts';
import {
  type BatchHeader,
  type Compression,
  parseBatch,
  RecordsError,
  readRecords,
} from '../../../engine/records/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

export const OFFSETS_FOR_TIMES = {
  name: 'OffsetsForTimes',
  property:
    'Every log answers for a time with its first record of that time or later, and for the latest time with the first record that has it.',
} as const;

/** Times that are asked of one log come from so many of its batches. */
const BATCHES_ASKED = 12;

interface Seen {
  readonly batch: Uint8Array;
  readonly header: BatchHeader;
  readonly segment: number;
}

/** Asks every log for times before, at and after those of some of its batches, and walks over the log for each. */
export function validateTimes(at: number, views: ClusterViews, compression: Compression): Violation[] {
  const violations: Violation[] = [];
  for (const { name, view } of views.brokers) {
    for (const { log } of view?.replicas() ?? []) {
      if (log === null) continue;
      for (const wrong of wrongTimes(log, compression)) {
        violations.push({
          check: OFFSETS_FOR_TIMES.name,
          at,
          message: `${log.name} on ${name}: asked for ${wrong.asked} it says ${wrong.said}, where ${wrong.found} is`,
          evidence: { log: log.name, node: name, ...wrong },
        });
      }
    }
  }
  return violations;
}

/** What a log says wrongly, in words. */
export function wrongTimes(
  log: Log,
  compression: Compression,
): { readonly asked: string; readonly said: string; readonly found: string }[] {
  const batches = batchesOf(log);
  const wrong: ReturnType<typeof wrongTimes> = [];
  const compare = (asked: string, said: TimestampOffset | null | LogFailure, found: string): void => {
    // A log that cannot be read says so otherwise.
    if (said instanceof LogFailure) return;
    const words = said === null ? 'nothing' : wordsOf(said.offset, said.timestamp);
    if (words !== found) wrong.push({ asked, said: words, found });
  };
  for (const time of timesOf(batches)) {
    const found = firstAt(batches, time, log.logStartOffset, compression);
    compare(`time ${time}`, log.offsetForTimestamp(time), found);
  }
  compare('the latest time', log.offsetOfMaxTimestamp(), latestOf(batches, compression));
  return wrong;
}

function batchesOf(log: Log): Seen[] {
  const { segments } = log.local;
  const seen: Seen[] = [];
  let segment = 0;
  for (const batch of log.batches(log.local.firstOffset)) {
    const header = parseBatch(batch);
    if (header instanceof RecordsError || header.count === 0) continue;
    while (segment + 1 < segments.length && segments[segment + 1]!.baseOffset <= header.baseOffset) segment++;
    seen.push({ batch, header, segment });
  }
  return seen;
}

function timesOf(batches: readonly Seen[]): Set<number> {
  const times = new Set<number>([0]);
  const step = Math.max(1, Math.floor(batches.length / BATCHES_ASKED));
  for (let i = batches.length - 1; i >= 0; i -= step) {
    const { maxTimestamp } = batches[i]!.header;
    for (const time of [maxTimestamp - 1, maxTimestamp, maxTimestamp + 1]) if (time >= 0) times.add(time);
  }
  return times;
}

/** The first segment that reaches the time is searched, and no other (`UnifiedLog.searchOffsetInLocalLog`). */
function firstAt(batches: readonly Seen[], time: number, start: number, compression: Compression): string {
  const reaches = batches.find(({ header }) => header.maxTimestamp >= time)?.segment;
  for (const { batch, header, segment } of batches) {
    if (segment !== reaches || header.lastOffset < start || header.maxTimestamp < time) continue;
    const records = readRecords(batch, compression);
    if (records instanceof RecordsError) return 'nothing';
    const found = records.find(({ offset, timestamp }) => timestamp >= time && offset >= start);
    if (found !== undefined) return wordsOf(found.offset, found.timestamp);
  }
  return 'nothing';
}

function latestOf(batches: readonly Seen[], compression: Compression): string {
  let latest: Seen | undefined;
  for (const seen of batches)
    if (latest === undefined || seen.header.maxTimestamp > latest.header.maxTimestamp) latest = seen;
  const records = latest === undefined ? [] : readRecords(latest.batch, compression);
  if (records instanceof RecordsError) return 'nothing';
  const found = records.find(({ timestamp }) => timestamp === latest!.header.maxTimestamp);
  return found === undefined ? 'nothing' : wordsOf(found.offset, found.timestamp);
}

function wordsOf(offset: number, timestamp: number): string {
  return `offset ${offset} of time ${timestamp}`;
}

import { describe, expect, it } from 'vitest';
import type { Log } from '../../../engine/log/index.ts';
import { buildBatch, noCompression } from '../../../engine/records/index.ts';
import { OFFSETS_FOR_TIMES, validateTimes } from '../../../sim/check/index.ts';
import { CompactionStage, recordOf } from '../../engine/log/compaction/compaction-stage.ts';
import { appended } from '../../engine/log/stage.ts';
import { cluster, replica } from './views.ts';

function logOf(): Log {
  const stage = new CompactionStage();
  for (const times of [[100, 300], [200, 250], [400]]) {
    const records = times.map((time) => recordOf('a=1', time));
    appended(stage.log.appendAsLeader([buildBatch({}, records)], 0, stage.out));
    stage.roll();
  }
  return stage.log;
}

/** A log that answers something else. */
function lying(changes: Partial<Pick<Log, 'offsetForTimestamp' | 'offsetOfMaxTimestamp'>>): Log {
  const log = logOf();
  const { local, logStartOffset, name } = log;
  return {
    name,
    local,
    logStartOffset,
    batches: (from: number) => log.batches(from),
    offsetForTimestamp: (time: number) => log.offsetForTimestamp(time),
    offsetOfMaxTimestamp: () => log.offsetOfMaxTimestamp(),
    ...changes,
  } as unknown as Log;
}

function found(log: Log): string[] {
  const replicas = { 1: [{ ...replica({ end: 5 }), log }], 2: [], 3: [] };
  return validateTimes(0, cluster({ replicas }), noCompression).map(({ check, message }) => {
    expect(check).toBe(OFFSETS_FOR_TIMES.name);
    return message;
  });
}

describe('OffsetsForTimes', () => {
  it('says nothing of a log that finds its times', () => {
    expect(found(logOf())).toEqual([]);
    expect(found(lying({}))).toEqual([]);
  });

  it('fires for another offset, for none, and for another latest', () => {
    const log = logOf();
    const next = found(
      lying({
        offsetForTimestamp: (time) =>
          time === 300 ? log.offsetForTimestamp(301) : log.offsetForTimestamp(time),
      }),
    );
    expect(next).toEqual([
      'orders-0 on b1: asked for time 300 it says offset 4 of time 400, where offset 1 of time 300 is',
    ]);
    expect(found(lying({ offsetForTimestamp: () => null })).length).toBeGreaterThan(3);
    expect(found(lying({ offsetOfMaxTimestamp: () => log.offsetForTimestamp(0) }))).toEqual([
      'orders-0 on b1: asked for the latest time it says offset 0 of time 100, where offset 4 of time 400 is',
    ]);
  });
});

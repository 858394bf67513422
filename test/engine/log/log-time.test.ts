import { describe, expect, it } from 'vitest';
import { LogStorage, type LogStorageOptions } from '../../../engine/log/index.ts';
import { MemoryDisk } from './memory-disk.ts';
import { LogStage } from './stage.ts';

describe('times', () => {
  it('finds the first record at a time or later, and the first of the largest', () => {
    const stage = new LogStage({ 'segment.bytes': 200 });
    stage.lead(['a', 'b'], 0, 100);
    stage.lead(['c', 'd'], 1, 300);
    stage.lead(['e'], 2, 50);
    expect(stage.log.offsetForTimestamp(0)).toEqual({ offset: 0, timestamp: 100, leaderEpoch: 0 });
    expect(stage.log.offsetForTimestamp(101)).toEqual({ offset: 1, timestamp: 101, leaderEpoch: 0 });
    expect(stage.log.offsetForTimestamp(102)).toEqual({ offset: 2, timestamp: 300, leaderEpoch: 1 });
    expect(stage.log.offsetForTimestamp(302)).toBeNull();
    expect(stage.log.offsetOfMaxTimestamp()).toEqual({ offset: 3, timestamp: 301, leaderEpoch: 1 });
    stage.log.truncateTo(2, stage.out);
    expect(stage.log.offsetOfMaxTimestamp()).toEqual({ offset: 1, timestamp: 101, leaderEpoch: 0 });
  });

  it('has no largest time while it is empty', () => {
    expect(new LogStage().log.offsetOfMaxTimestamp()).toBeNull();
  });
});

describe('retention', () => {
  it('deletes segments below the high watermark by size and by time, the active one last', () => {
    const stage = new LogStage({ 'segment.bytes': 100, 'retention.bytes': 150, 'retention.ms': 10_000 });
    for (const value of ['a', 'b', 'c']) stage.lead([value]);
    expect(stage.log.deleteOldSegments(stage.out)).toBe(0);
    stage.log.advanceHighWatermark(3, 0, true, stage.out);
    expect(stage.log.deleteOldSegments(stage.out)).toBe(0);
    stage.lead(['d']);
    stage.log.advanceHighWatermark(4, 0, true, stage.out);
    expect(stage.log.deleteOldSegments(stage.out)).toBe(1);
    stage.wallMs = 60_000;
    expect(stage.log.deleteOldSegments(stage.out)).toBe(3);
    expect([stage.log.logStartOffset, stage.log.logEndOffset, stage.log.segmentCount]).toEqual([4, 4, 1]);
  });

  it('deletes below the log start whatever the policy, and nothing by size or time without `delete`', () => {
    for (const policy of [['compact'], []] as const) {
      const stage = new LogStage({ 'segment.bytes': 100, 'retention.bytes': 0 });
      for (const value of ['a', 'b', 'c']) stage.lead([value]);
      stage.log.updateConfig({ ...stage.log.config, 'cleanup.policy': policy });
      stage.log.advanceHighWatermark(3, 0, true, stage.out);
      stage.wallMs = 60 * 24 * 3_600_000;
      expect(stage.log.deleteOldSegments(stage.out)).toBe(0);
      stage.log.advanceLogStart(2, stage.out);
      expect(stage.log.deleteOldSegments(stage.out)).toBe(2);
      expect([stage.log.logStartOffset, stage.log.segmentCount]).toEqual([2, 1]);
    }
  });

  it('finds the log start again after a restart that comes before retention', () => {
    const stage = new LogStage({ 'segment.bytes': 100 });
    for (const value of ['a', 'b', 'c']) stage.lead([value]);
    stage.log.advanceHighWatermark(3, 0, true, stage.out);
    stage.log.advanceLogStart(2, stage.out);
    const again = stage.open({ logStartOffset: 2, highWatermark: 3 });
    expect([again.logStartOffset, again.segmentCount]).toEqual([2, 3]);
    expect(again.read(1, 100, 3, true)).toBe('out of range');
    expect(again.deleteOldSegments(stage.out)).toBe(2);
  });
});

describe('a segment', () => {
  it('rolls by the time of its records, earlier by its jitter', () => {
    const config = { 'segment.ms': 10_000, 'segment.jitter.ms': 4_000 };
    const lead = (options: Partial<LogStorageOptions>) => {
      const disk = new MemoryDisk('/data');
      const storage = new LogStorage({ disk, wall: { nowMs: () => 0 }, ...options });
      const stage = new LogStage(config, disk, { storage });
      stage.lead(['a'], 0, 1_000);
      stage.lead(['b'], 0, 8_500);
      const before = stage.log.segmentCount;
      stage.lead(['c'], 0, 11_500);
      return [before, stage.log.segmentCount];
    };
    expect(lead({})).toEqual([1, 2]);
    expect(lead({ jitter: { u32: () => 0, below: (bound) => bound - 1 } })).toEqual([2, 2]);
  });
});

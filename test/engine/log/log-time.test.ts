import { describe, expect, it } from 'vitest';
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
});

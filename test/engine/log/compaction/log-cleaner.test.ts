import { describe, expect, it } from 'vitest';
import { buildBatch, withLeader } from '../../../../engine/records/index.ts';
import { CompactionStage, DAY_MS, LOG, recordOf } from './compaction-stage.ts';

/** Three segments with old values of both keys, and an active one. */
function dirtyLog(stage = new CompactionStage()): CompactionStage {
  for (let round = 0; round < 3; round++) {
    stage.put([`a=${round}`, `b=${round}`]);
    stage.roll();
  }
  stage.put(['a=active']);
  stage.replicate();
  return stage;
}

describe('a compacted log', () => {
  it('keeps the last record of each key below the active segment, where it was', () => {
    const stage = dirtyLog();
    stage.clean();
    expect(stage.texts()).toEqual(['4:a=2', '5:b=2', '6:a=active']);
    expect(stage.log.logEndOffset).toBe(7);
    expect(stage.directory.cleaner.cleanedTo(LOG)).toBe(6);
    expect(stage.log.segmentCount).toBe(2);
    expect(stage.disk.list('/data/orders-0').filter((name) => name.endsWith('.log'))).toEqual([
      '00000000000000000000.log',
      '00000000000000000006.log',
    ]);
    expect(stage.out.facts.filter(({ fact }) => fact === 'log compacted')).toEqual([
      {
        fact: 'log compacted',
        log: LOG,
        from: 0,
        to: 6,
        cleanedTo: 6,
        bytesBefore: expect.any(Number),
        bytesAfter: expect.any(Number),
        recordsBefore: 6,
        recordsAfter: 2,
      },
    ]);
  });

  it('is read through its gaps', () => {
    const stage = dirtyLog();
    stage.clean();
    for (const from of [0, 1, 3, 4]) {
      const read = stage.log.read(from, 10_000, 7, true);
      expect(read).toMatchObject({ records: [expect.any(Uint8Array)] });
    }
    expect(stage.log.offsetForTimestamp(0)).toMatchObject({ offset: 4 });
  });

  it('is not touched while too little of it is dirty', () => {
    const stage = dirtyLog(new CompactionStage({ 'min.cleanable.dirty.ratio': 0.5 }));
    stage.clean();
    expect(stage.texts()).toHaveLength(3);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toHaveLength(3);
    for (let round = 0; round < 5; round++) stage.put(['a=more', 'b=more']);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['15:a=more', '16:b=more']);
  });

  it('is cleaned anyhow when something is older than max.compaction.lag.ms', () => {
    const stage = dirtyLog(
      new CompactionStage({ 'min.cleanable.dirty.ratio': 1, 'max.compaction.lag.ms': 60_000 }),
    );
    stage.clean();
    expect(stage.texts()).toHaveLength(7);
    stage.pass(60_000_000);
    expect(stage.texts()).toHaveLength(3);
  });

  it('keeps what is younger than min.compaction.lag.ms', () => {
    const stage = dirtyLog(new CompactionStage({ 'min.compaction.lag.ms': 120_000 }));
    stage.clean();
    expect(stage.texts()).toHaveLength(7);
    stage.pass(120_000_000);
    expect(stage.texts()).toHaveLength(3);
  });

  it('keeps what is not replicated', () => {
    const stage = new CompactionStage();
    for (let round = 0; round < 3; round++) {
      stage.put(['a=1']);
      stage.log.roll();
    }
    stage.log.advanceHighWatermark(2, 0, true, stage.out);
    stage.settle();
    stage.clean();
    expect(stage.texts()).toEqual(['1:a=1', '2:a=1']);
  });

  it('is cleaned no more when its policy changes, and nobody watches it', () => {
    const stage = dirtyLog();
    stage.log.updateConfig({ ...stage.config, 'cleanup.policy': ['delete'] });
    stage.clean();
    expect(stage.texts()).toHaveLength(7);
  });

  it('stays as it is in a second pass', () => {
    const stage = dirtyLog();
    stage.clean();
    stage.put(['c=1']);
    stage.roll();
    stage.clean();
    const before = [...stage.log.batches(0)];
    stage.directory.cleaner.forget(LOG);
    stage.clean();
    expect(stage.directory.cleaner.cleanedTo(LOG)).toBe(8);
    expect([...stage.log.batches(0)]).toEqual(before);
  });
});

describe('a tombstone', () => {
  it('takes earlier records with it at once, and goes itself delete.retention.ms after it was first cleaned', () => {
    const stage = new CompactionStage();
    stage.put(['a=1', 'b=1']);
    stage.put(['a=']);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['1:b=1', '2:a=']);
    const cleaned = stage.batches().find(({ baseOffset }) => baseOffset === 2)!;
    expect(cleaned.hasDeleteHorizon).toBe(true);
    const cleanedAt = 1_000_000 + 20_000;
    expect(cleaned.baseTimestamp).toBe(cleanedAt + DAY_MS);
    expect(cleaned.maxTimestamp).toBe(1_000_000);
    expect(stage.records()[1]).toMatchObject({ timestamp: 1_000_000 });
    stage.put(['c=1']);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['1:b=1', '2:a=', '3:c=1']);
    stage.pass(DAY_MS * 1000);
    stage.put(['c=2']);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['1:b=1', '4:c=2']);
  });
});

describe('the cleaner', () => {
  it('goes on where it was after a restart', () => {
    const stage = dirtyLog();
    stage.clean();
    stage.disk.processCrash();
    stage.boot();
    expect(stage.directory.cleaner.cleanedTo(LOG)).toBe(6);
    expect(stage.texts()).toEqual(['4:a=2', '5:b=2', '6:a=active']);
  });

  it('reads at most so much a second', () => {
    const stage = new CompactionStage({}, { 'log.cleaner.io.max.bytes.per.second': 100 });
    dirtyLog(stage);
    stage.pass(21_000_000);
    expect(stage.out.told).not.toContain('log compacted');
    stage.pass(40_000_000);
    expect(stage.out.told).toContain('log compacted');
  });

  it('cleans as far as its map reaches, and goes on from there', () => {
    const stage = new CompactionStage({}, { 'log.cleaner.dedupe.buffer.size': 3 * 24 * 2 });
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'a', 'b', 'c']) {
      stage.put([`${key}=1`]);
      stage.roll();
    }
    stage.clean();
    expect(stage.out.probes).toContain('log cleaner: the offset map is full');
    expect(stage.directory.cleaner.cleanedTo(LOG)).toBe(10);
  });

  it('says nothing of what was cut off just before a crash', () => {
    const stage = new CompactionStage();
    for (const text of ['c=1', 'a=1', 'a=2']) {
      stage.put([text]);
      stage.roll();
    }
    stage.clean();
    expect(stage.texts()).toEqual(['0:c=1', '2:a=2']);
    stage.log.truncateTo(2, stage.out);
    stage.disk.processCrash();
    stage.boot();
    // As in Kafka the gap at the end is forgotten: the log ends behind its last batch.
    expect(stage.put(['c=2', 'b=3', 'a=4'])).toBe(1);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['1:c=2', '2:b=3', '3:a=4']);
  });

  it('is done with a log whose segment ends in a gap, and does not begin again for ever (KAFKA-8764)', () => {
    const stage = new CompactionStage({ 'segment.bytes': 1_000 });
    // As a follower has it whose leader had cleaned what lay between: further away than an index can say.
    const far = 3_000_000_000;
    const batches = (['a=1', 'a=2', 'b=1'] as const).map((text, i) =>
      withLeader(buildBatch({}, [recordOf(text, stage.wallMs)]), i < 2 ? i : far, 0),
    );
    stage.log.appendAsFollower(batches.slice(0, 2), 0, stage.out);
    stage.log.appendAsFollower(batches.slice(2), 0, stage.out);
    stage.replicate();
    stage.settle();
    stage.clean();
    expect(stage.texts()).toEqual(['1:a=2', `${far}:b=1`]);
    expect(stage.directory.cleaner.cleanedTo(LOG)).toBe(far);
    stage.clean();
    expect(stage.out.facts.filter(({ fact }) => fact === 'log compacted')).toHaveLength(1);
  });

  it('takes back what it says of offsets that are cut off', () => {
    const stage = dirtyLog();
    stage.clean();
    stage.log.truncateTo(5, stage.out);
    expect(stage.directory.cleaner.cleanedTo(LOG)).toBe(5);
    stage.put(['a=3', 'b=3']);
    stage.roll();
    stage.clean();
    expect(stage.texts()).toEqual(['5:a=3', '6:b=3']);
  });

  it('stops when the log is cut while it is at it, and leaves nothing behind', () => {
    const stage = new CompactionStage({}, { 'log.cleaner.io.max.bytes.per.second': 100 });
    dirtyLog(stage);
    stage.pass(21_500_000);
    expect(stage.directory.cleaner.current).toBe(LOG);
    stage.log.truncateTo(6, stage.out);
    stage.pass(10_000_000);
    expect(stage.out.probes).toContain('log cleaning aborted');
    expect(stage.disk.list('/data/orders-0').filter((name) => name.endsWith('.cleaned'))).toEqual([]);
  });

  it('is off when it is told so', () => {
    const stage = dirtyLog(new CompactionStage({}, { 'log.cleaner.enable': false }));
    stage.clean();
    expect(stage.texts()).toHaveLength(7);
  });

  it('lets a log go that is deleted while it is cleaned', () => {
    const stage = new CompactionStage({}, { 'log.cleaner.io.max.bytes.per.second': 100 });
    dirtyLog(stage);
    stage.pass(21_500_000);
    stage.directory.remove(LOG, stage.out);
    stage.pass(120_000_000);
    expect(stage.directory.failure).toBe(null);
    expect(stage.directory.cleaner.current).toBe(null);
  });
});

describe('compact and delete', () => {
  it('deletes nothing that is being cleaned (KAFKA-7322)', () => {
    const policy = { 'cleanup.policy': ['compact', 'delete'], 'retention.ms': 5_000 } as const;
    const stage = dirtyLog(new CompactionStage(policy, { 'log.cleaner.io.max.bytes.per.second': 20 }));
    stage.pass(31_000_000);
    expect(stage.directory.cleaner.current).toBe(LOG);
    expect(stage.log.firstSegmentBaseOffset).toBe(0);
    stage.pass(300_000_000);
    expect(stage.log.firstSegmentBaseOffset).toBeGreaterThan(0);
    expect(stage.directory.failure).toBe(null);
  });

  it('deletes old segments as soon as the cleaner looks, emptied ones too', () => {
    const stage = dirtyLog(
      new CompactionStage({ 'cleanup.policy': ['compact', 'delete'], 'retention.ms': 60_000 }),
    );
    stage.clean();
    expect(stage.texts()).toHaveLength(3);
    stage.put(['a=3', 'b=3']);
    stage.roll();
    stage.pass(70_000_000);
    stage.put(['a=4']);
    stage.replicate();
    stage.clean();
    expect(stage.log.logStartOffset).toBe(9);
    expect(stage.texts()).toEqual(['9:a=4']);
  });
});

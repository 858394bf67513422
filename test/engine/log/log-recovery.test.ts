import { describe, expect, it } from 'vitest';
import { withLeader } from '../../../engine/records/index.ts';
import { batchOf, bytesOf, LogStage, TOPIC_ID } from './stage.ts';

/** Three segments of three batches each, leader epoch 1 from offset 0 and 2 from offset 5. */
function threeSegments(): LogStage {
  const stage = new LogStage({ 'segment.bytes': 210, 'index.interval.bytes': 60 });
  for (let offset = 0; offset < 9; offset++) stage.lead([`v${offset}`], offset < 5 ? 1 : 2);
  stage.settle();
  expect(stage.log.segmentCount).toBe(3);
  return stage;
}

const ALL = ['0:v0@1', '1:v1@1', '2:v2@1', '3:v3@1', '4:v4@1', '5:v5@2', '6:v6@2', '7:v7@2', '8:v8@2'];
const LAST_SEGMENT = '00000000000000000006.log';

describe('after a process crash', () => {
  it('the log is what it was, epochs and indexes included', () => {
    const stage = threeSegments();
    const index = stage.disk.content(stage.file('00000000000000000003.index'));
    stage.disk.processCrash();
    stage.open();
    expect(stage.values()).toEqual(ALL);
    expect(stage.log.epochs.entries).toEqual([
      { leaderEpoch: 1, startOffset: 0 },
      { leaderEpoch: 2, startOffset: 5 },
    ]);
    expect(stage.disk.content(stage.file('00000000000000000003.index'))).toEqual(index);
    expect(stage.out.facts.at(-2)).toEqual({
      fact: 'log recovered',
      log: 'orders-0',
      truncatedBytes: 0,
      segments: 3,
    });
  });

  it('keeps its topic id, and what was never synced is synced by the next flush', () => {
    const stage = new LogStage();
    stage.lead(['a'], 1);
    stage.disk.processCrash();
    stage.open();
    expect(stage.log.topicId).toBe(TOPIC_ID);
    stage.log.flush();
    stage.settle();
    expect(stage.log.recoveryPoint).toBe(1);
    stage.disk.powerLoss(() => 1);
    stage.open({ recoveryPoint: 1 });
    expect(stage.log.topicId).toBe(TOPIC_ID);
    expect(stage.values()).toEqual(['0:a@1']);
  });

  it('epochs come back from the batches when their file was never written', () => {
    const stage = new LogStage();
    stage.lead(['a'], 1);
    stage.lead(['b'], 4);
    stage.disk.processCrash();
    stage.open();
    expect(stage.log.epochs.entries).toEqual([
      { leaderEpoch: 1, startOffset: 0 },
      { leaderEpoch: 4, startOffset: 1 },
    ]);
  });

  it('epochs that were truncated do not come back from a file that was behind', () => {
    const stage = new LogStage();
    stage.lead(['a'], 1);
    stage.lead(['b', 'c'], 7);
    stage.settle();
    stage.log.truncateTo(1, stage.out);
    stage.log.appendAsFollower([withLeader(batchOf(['d', 'e', 'f']), 1, 3)], 3, stage.out);
    // The epoch file still says 7@1: the writes that follow have not been renamed into place.
    expect(stage.disk.text(stage.file('leader-epoch-checkpoint'))).toBe('0\n2\n1 0\n7 1\n');
    stage.disk.processCrash();
    stage.open();
    expect(stage.log.endOffsetFor(3)).toEqual({ leaderEpoch: 3, endOffset: 4 });
    expect(stage.log.latestLeaderEpoch).toBe(3);
  });

  it('only segments from the recovery point on are checked', () => {
    const stage = threeSegments();
    const checked = stage.out.work.bytesChecksummed;
    stage.disk.processCrash();
    stage.open({ recoveryPoint: 6 });
    expect(stage.out.work.bytesChecksummed - checked).toBe(stage.disk.size(stage.file(LAST_SEGMENT)));
    expect(stage.values()).toEqual(ALL);
  });

  it('a high watermark from a checkpoint is held between the start and the end', () => {
    const stage = threeSegments();
    expect(stage.open({ highWatermark: 99 }).highWatermark).toBe(9);
    expect(stage.open({ highWatermark: 1, logStartOffset: 4 }).highWatermark).toBe(4);
    expect(stage.open({ highWatermark: 5 }).highWatermark).toBe(5);
  });
});

describe('after a clean stop', () => {
  it('nothing is checked and everything is durable', () => {
    const stage = threeSegments();
    stage.log.close();
    stage.settle();
    expect(stage.log.isSettled).toBe(true);
    const checked = stage.out.work.bytesChecksummed;
    stage.disk.powerLoss(() => 0);
    stage.open({ wasClean: true });
    expect(stage.out.work.bytesChecksummed).toBe(checked);
    expect(stage.values()).toEqual(ALL);
    expect(stage.log.recoveryPoint).toBe(9);
    expect(stage.lead(['v9'], 2).baseOffset).toBe(9);
  });
});

describe('a damaged segment', () => {
  it('is cut at the first damaged batch, and what follows it is deleted', () => {
    const stage = threeSegments();
    const path = stage.file('00000000000000000003.log');
    const content = stage.disk.content(path).slice();
    content[70 + 65]! ^= 1;
    stage.disk.plant(path, content);
    stage.open();
    expect(stage.values()).toEqual(ALL.slice(0, 4));
    expect(stage.log.latestLeaderEpoch).toBe(1);
    expect(stage.disk.size(path)).toBe(70);
    expect(stage.disk.list('/data/orders-0').filter((name) => name.endsWith('.log')).length).toBe(2);
    expect(stage.lead(['w'], 5).baseOffset).toBe(4);
  });

  it('cut short anywhere gives a prefix of whole batches', () => {
    const whole = threeSegments().disk.content(threeSegments().file(LAST_SEGMENT));
    for (let size = 0; size <= whole.length; size++) {
      const stage = threeSegments();
      stage.disk.plant(stage.file(LAST_SEGMENT), whole.slice(0, size));
      stage.open({ recoveryPoint: 6 });
      expect(stage.values(), `cut at ${size}`).toEqual(ALL.slice(0, 6 + Math.floor(size / 70)));
      expect(stage.lead(['w'], 5).baseOffset).toBe(6 + Math.floor(size / 70));
    }
  });

  it('with any byte changed gives a log that can be read, and never more than was written', () => {
    const whole = threeSegments().disk.content(threeSegments().file(LAST_SEGMENT));
    for (let at = 0; at < whole.length; at++) {
      const stage = threeSegments();
      const content = whole.slice();
      content[at]! ^= 0xff;
      stage.disk.plant(stage.file(LAST_SEGMENT), content);
      stage.open({ recoveryPoint: 6 });
      const values = stage.values();
      expect(values.slice(0, 6), `byte ${at}`).toEqual(ALL.slice(0, 6));
      const inBatch = at % 70;
      // Base offset and leader epoch are outside the checksum: only what they may not say is noticed.
      const isCovered = inBatch >= 8 && (inBatch < 12 || inBatch >= 16);
      if (isCovered) expect(values, `byte ${at}`).toEqual(ALL.slice(0, 6 + Math.floor(at / 70)));
      stage.lead(['w'], 0x7fff_ffff);
    }
  });

  it('below the recovery point is recovered all the same when its batches do not add up', () => {
    const stage = threeSegments();
    const path = stage.file('00000000000000000000.log');
    stage.disk.plant(path, stage.disk.content(path).slice(0, 100));
    stage.open({ recoveryPoint: 9 });
    expect(stage.values()).toEqual(ALL.slice(0, 1));
  });
});

describe('what an interruption left behind', () => {
  it('is deleted when it was being deleted or cleaned', () => {
    const stage = threeSegments();
    for (const name of [
      '00000000000000000003.log.deleted',
      '00000000000000000000.log.cleaned',
      '00000000000000000077.index',
    ]) {
      stage.disk.plant(stage.file(name), bytesOf('x'));
    }
    stage.open();
    const left = stage.disk.list('/data/orders-0').filter((name) => /deleted|cleaned|077/.test(name));
    expect(left).toEqual([]);
    expect(stage.values()).toEqual(ALL);
  });

  it('is finished when it was being swapped in', () => {
    const stage = threeSegments();
    const merged = [0, 2, 4].map((offset) => withLeader(batchOf([`m${offset}`]), offset, 1));
    stage.disk.plant(
      stage.file('00000000000000000000.log.swap'),
      Uint8Array.from(merged.flatMap((batch) => [...batch])),
    );
    stage.open();
    expect(stage.values()).toEqual(['0:m0@1', '2:m2@1', '4:m4@1', ...ALL.slice(6)].slice(0, 3));
    expect(stage.disk.list('/data/orders-0').filter((name) => name.endsWith('.swap'))).toEqual([]);
  });

  it('is undone when the split that made the swap was not complete', () => {
    const stage = threeSegments();
    stage.disk.plant(stage.file('00000000000000000003.log.swap'), withLeader(batchOf(['m']), 3, 1));
    stage.disk.plant(stage.file('00000000000000000003.log.cleaned'), bytesOf('x'));
    stage.open();
    expect(stage.values()).toEqual(ALL);
  });

  it('as a hole between unflushed segments ends the log there', () => {
    const stage = threeSegments();
    stage.disk.remove(stage.file('00000000000000000003.log'));
    stage.open();
    expect(stage.values()).toEqual(ALL.slice(0, 3));
    expect(stage.out.probes).toContain('log recovery found a hole between segments');
  });

  it('below the log start offset lets the log start over there', () => {
    const stage = threeSegments();
    stage.open({ logStartOffset: 40 });
    expect([stage.log.logStartOffset, stage.log.logEndOffset]).toEqual([40, 40]);
    expect(stage.log.latestLeaderEpoch).toBe(-1);
  });

  it('as an index that is missing or nonsense is mended', () => {
    const stage = threeSegments();
    const index = stage.disk.content(stage.file('00000000000000000000.index'));
    stage.disk.remove(stage.file('00000000000000000000.index'));
    stage.disk.plant(stage.file('00000000000000000003.index'), bytesOf('nonsense!'));
    stage.disk.plant(stage.file('00000000000000000003.timeindex'), bytesOf('nonsense!'));
    stage.open({ wasClean: true });
    expect(stage.values()).toEqual(ALL);
    expect(stage.disk.content(stage.file('00000000000000000000.index'))).toEqual(index);
    stage.log.truncateTo(4, stage.out);
    stage.lead(['w'], 3);
  });
});

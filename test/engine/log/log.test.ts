import { describe, expect, it } from 'vitest';
import { isLogFailure, type LogFailure } from '../../../engine/log/index.ts';
import { DiskError } from '../../../engine/machine/index.ts';
import {
  baseOffsetOf,
  buildBatch,
  buildControlBatch,
  ControlType,
  withLeader,
} from '../../../engine/records/index.ts';
import { ErrorCode } from '../../../engine/wire/index.ts';
import { appended, batchOf, forged, LogStage } from './stage.ts';

describe('a log as leader', () => {
  it('assigns offsets from its end and stamps its epoch', () => {
    const stage = new LogStage();
    expect(stage.lead(['a', 'b'], 3)).toMatchObject({ baseOffset: 0, lastOffset: 1 });
    expect(stage.lead(['c'], 4)).toMatchObject({ baseOffset: 2, lastOffset: 2 });
    expect(stage.values()).toEqual(['0:a@3', '1:b@3', '2:c@4']);
    expect(stage.log.logEndOffset).toBe(3);
    expect(stage.log.latestLeaderEpoch).toBe(4);
    expect(stage.log.latestEpochStartOffset).toBe(2);
  });

  it('tells of each batch with the bytes that it stored', () => {
    const stage = new LogStage();
    stage.lead(['a'], 7);
    const fact = stage.out.facts.find((candidate) => candidate.fact === 'log appended');
    expect(fact).toMatchObject({ log: 'orders-0', baseOffset: 0, lastOffset: 0, leaderEpoch: 7 });
    const read = stage.log.read(0, 1000, 1, true) as { records: readonly Uint8Array[] };
    expect(read.records[0]).toEqual((fact as { batch: Uint8Array }).batch);
  });

  it('keeps the sender’s bytes as they were: the stamp goes onto a copy', () => {
    const stage = new LogStage();
    stage.lead(['first']);
    const sent = batchOf(['second']);
    const before = sent.slice();
    stage.log.appendAsLeader([sent], 9, stage.out);
    expect(sent).toEqual(before);
    expect(baseOffsetOf(sent)).toBe(0);
  });

  const rejections: readonly [string, () => readonly Uint8Array[], number][] = [
    ['no batch at all', () => [], ErrorCode.INVALID_RECORD],
    ['two batches from a client', () => [batchOf(['a']), batchOf(['b'])], ErrorCode.INVALID_RECORD],
    ['a base offset other than zero', () => [withLeader(batchOf(['a']), 5, -1)], ErrorCode.INVALID_RECORD],
    ['a damaged batch', () => [damaged(batchOf(['a']), 65)], ErrorCode.CORRUPT_MESSAGE],
    ['a torn batch', () => [batchOf(['a']).subarray(0, 50)], ErrorCode.CORRUPT_MESSAGE],
    ['an old magic', () => [damaged(batchOf(['a']), 16)], ErrorCode.CORRUPT_MESSAGE],
    ['a batch beyond max.message.bytes', () => [batchOf(['x'.repeat(500)])], ErrorCode.MESSAGE_TOO_LARGE],
    ['a control batch from a client', () => [marker()], ErrorCode.INVALID_RECORD],
    ['a sequence below zero', () => [buildBatch({ producerId: 4 }, [RECORD])], ErrorCode.INVALID_RECORD],
    [
      'LogAppendTime said by a producer',
      () => [buildBatch({ logAppendTime: 4 }, [RECORD])],
      ErrorCode.INVALID_TIMESTAMP,
    ],
    [
      'a count that its offsets contradict',
      () => [forged(batchOf(['a', 'b']), (view) => view.setInt32(23, 7))],
      ErrorCode.INVALID_RECORD,
    ],
    [
      'fewer records than it counts',
      () => [forged(batchOf(['a', 'b']), (view) => [view.setInt32(57, 3), view.setInt32(23, 2)])],
      ErrorCode.INVALID_RECORD,
    ],
    [
      'more records than it counts',
      () => [forged(batchOf(['a', 'b']), (view) => [view.setInt32(57, 1), view.setInt32(23, 0)])],
      ErrorCode.INVALID_RECORD,
    ],
    [
      'a record that is longer than what is in it',
      () => [forged(batchOf(['ab']), (view) => view.setInt8(66, 2))],
      ErrorCode.INVALID_RECORD,
    ],
    ['a time too far ahead', () => [batchOf(['a'], 5_000 + 3_600_001)], ErrorCode.INVALID_TIMESTAMP],
  ];

  for (const [what, records, errorCode] of rejections) {
    it(`refuses ${what}, and appends nothing`, () => {
      const stage = new LogStage({ 'max.message.bytes': 400 });
      const answer = stage.log.appendAsLeader(records(), 0, stage.out);
      expect(isLogFailure(answer) && answer.errorCode).toBe(errorCode);
      expect(stage.log.logEndOffset).toBe(0);
      expect(stage.out.told).toEqual(['log opened']);
    });
  }

  it('refuses a record without a key on a compacted topic', () => {
    const stage = new LogStage({ 'cleanup.policy': ['compact'] });
    const answer = stage.log.appendAsLeader([batchOf(['a'])], 0, stage.out);
    expect((answer as LogFailure).errorCode).toBe(ErrorCode.INVALID_RECORD);
  });

  it('refuses more than a segment holds', () => {
    const stage = new LogStage({ 'segment.bytes': 80 });
    const answer = stage.log.appendAsLeader([batchOf(['x'.repeat(40)])], 0, stage.out);
    expect((answer as LogFailure).errorCode).toBe(ErrorCode.RECORD_LIST_TOO_LARGE);
  });

  it('takes control batches from a coordinator', () => {
    const stage = new LogStage();
    expect(appended(stage.log.appendAsLeader([marker()], 2, stage.out, 'coordinator')).lastOffset).toBe(0);
  });

  it('writes its own time under LogAppendTime, with a checksum that holds', () => {
    const stage = new LogStage({ 'message.timestamp.type': 'LogAppendTime' });
    stage.wallMs = 77_000;
    expect(stage.lead(['a', 'b']).logAppendTime).toBe(77_000);
    const follower = new LogStage();
    appended(follower.log.appendAsFollower([...stage.log.batches(0)], 0, follower.out));
    expect(follower.log.offsetForTimestamp(77_000)).toEqual({ offset: 0, timestamp: 77_000, leaderEpoch: 0 });
  });

  it('puts a header right that claims another time than its records', () => {
    const stage = new LogStage();
    const lying = forged(buildBatch({}, [RECORD]), (view) => view.setBigInt64(35, 4_000n));
    appended(stage.log.appendAsLeader([lying], 0, stage.out));
    expect(stage.log.offsetOfMaxTimestamp()).toEqual({ offset: 0, timestamp: 9, leaderEpoch: 0 });
    stage.open();
    expect(stage.log.logEndOffset).toBe(1);
  });

  it('asks for a flush once flush.messages are unflushed', () => {
    const stage = new LogStage({ 'flush.messages': 2 });
    expect(stage.lead(['a']).sync).toBe(0);
    expect(stage.lead(['b']).sync).toBeGreaterThan(0);
    expect(stage.log.recoveryPoint).toBe(0);
    stage.settle();
    expect(stage.log.recoveryPoint).toBe(2);
  });
});

describe('a log as follower', () => {
  it('keeps offsets and epochs as given, holes included', () => {
    const stage = new LogStage();
    const records = [withLeader(batchOf(['a']), 4, 1), withLeader(batchOf(['b']), 9, 2)];
    appended(stage.log.appendAsFollower(records, 2, stage.out));
    expect(stage.values(0)).toEqual(['4:a@1', '9:b@2']);
    expect(stage.log.endOffsetFor(1)).toEqual({ leaderEpoch: 1, endOffset: 9 });
  });

  it('does not care how batches lie in chunks', () => {
    const stage = new LogStage();
    const chunk = Uint8Array.from([...withLeader(batchOf(['a']), 0, 1), ...withLeader(batchOf(['b']), 1, 1)]);
    expect(appended(stage.log.appendAsFollower([chunk], 1, stage.out)).batches).toBe(2);
    expect(stage.values()).toEqual(['0:a@1', '1:b@1']);
  });

  it('leaves out batches of an epoch above the one it asked in (KAFKA-18723)', () => {
    const stage = new LogStage();
    const records = [
      withLeader(batchOf(['a']), 0, 1),
      withLeader(batchOf(['b']), 1, 3),
      withLeader(batchOf(['c']), 2, 1),
    ];
    expect(appended(stage.log.appendAsFollower(records, 2, stage.out))).toMatchObject({
      batches: 1,
      lastOffset: 0,
    });
    expect(stage.log.logEndOffset).toBe(1);
    expect(stage.out.probes).toContain('log left out batches of a later leader epoch');
  });

  it('refuses offsets below its end and says which', () => {
    const stage = new LogStage();
    stage.lead(['a', 'b']);
    const answer = stage.log.appendAsFollower([withLeader(batchOf(['x', 'y']), 1, 0)], 0, stage.out);
    expect(answer).toMatchObject({ firstOffset: 1, lastOffset: 2 });
    expect(stage.log.logEndOffset).toBe(2);
  });

  it('takes nothing of a fetch that has one damaged batch', () => {
    const stage = new LogStage();
    const records = [withLeader(batchOf(['a']), 0, 1), damaged(withLeader(batchOf(['b']), 1, 1), 63)];
    const answer = stage.log.appendAsFollower(records, 1, stage.out);
    expect((answer as LogFailure).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect(stage.log.logEndOffset).toBe(0);
  });
});

describe('a read', () => {
  it('begins with the batch that holds the offset and gives whole batches within the bytes', () => {
    const stage = new LogStage();
    stage.lead(['a', 'b', 'c']);
    const { bytes } = stage.lead(['d']);
    stage.lead(['e']);
    expect(offsetsOf(stage.log.read(1, 10_000, 5, false))).toEqual([0, 3, 4]);
    expect(offsetsOf(stage.log.read(3, bytes, 5, false))).toEqual([3]);
    expect(offsetsOf(stage.log.read(3, bytes - 1, 5, false))).toEqual([]);
    expect(offsetsOf(stage.log.read(3, 0, 5, true))).toEqual([3]);
  });

  it('gives no batch that reaches the bound', () => {
    const stage = new LogStage();
    stage.lead(['a', 'b']);
    stage.lead(['c']);
    expect(offsetsOf(stage.log.read(0, 10_000, 2, true))).toEqual([0]);
    expect(offsetsOf(stage.log.read(0, 10_000, 1, true))).toEqual([]);
    expect(offsetsOf(stage.log.read(3, 10_000, 3, true))).toEqual([]);
  });

  it('is out of range below the start and above the end', () => {
    const stage = new LogStage();
    stage.lead(['a', 'b', 'c']);
    stage.log.advanceHighWatermark(3, 0, true, stage.out);
    stage.log.advanceLogStart(2, stage.out);
    expect(stage.log.read(1, 100, 3, true)).toBe('out of range');
    expect(stage.log.read(4, 100, 3, true)).toBe('out of range');
    expect(offsetsOf(stage.log.read(2, 100, 3, true))).toEqual([0]);
  });

  it('hands out the bytes that were appended, not a copy', () => {
    const stage = new LogStage();
    const batch = withLeader(batchOf(['a']), 0, 0);
    stage.log.appendAsFollower([batch], 0, stage.out);
    const read = stage.log.read(0, 1000, 1, true) as { records: readonly Uint8Array[] };
    expect(read.records[0]!.buffer).toBe(batch.buffer);
  });

  it('counts the bytes that a waiting fetch would get', () => {
    const stage = new LogStage({ 'segment.bytes': 150 });
    const sizes = ['a', 'b', 'c', 'd'].map((value) => stage.lead([value]).bytes);
    expect(stage.log.segmentCount).toBeGreaterThan(1);
    expect(stage.log.bytesBetween(1, 3)).toBe(sizes[1]! + sizes[2]!);
    expect(stage.log.bytesBetween(4, 4)).toBe(0);
  });
});

describe('the high watermark', () => {
  it('rises to the log end at most and never falls', () => {
    const stage = new LogStage();
    stage.lead(['a', 'b']);
    expect(stage.log.advanceHighWatermark(1, 0, true, stage.out)).toBe(true);
    expect(stage.log.advanceHighWatermark(1, 0, true, stage.out)).toBe(false);
    expect(stage.log.advanceHighWatermark(0, 0, true, stage.out)).toBe(false);
    expect(stage.log.advanceHighWatermark(99, 0, false, stage.out)).toBe(true);
    expect(stage.log.highWatermark).toBe(2);
    expect(stage.log.lastStableOffset).toBe(2);
  });
});

describe('a truncation', () => {
  it('drops records, epochs and the high watermark above the offset', () => {
    const stage = new LogStage();
    stage.lead(['a'], 1);
    stage.lead(['b'], 2);
    stage.lead(['c'], 3);
    stage.log.advanceHighWatermark(3, 3, true, stage.out);
    expect(stage.log.truncateTo(1, stage.out)).toBe(true);
    expect(stage.values()).toEqual(['0:a@1']);
    expect(stage.log.latestLeaderEpoch).toBe(1);
    expect(stage.log.highWatermark).toBe(1);
    expect(stage.out.probes).toContain('log truncated below its high watermark');
    expect(stage.lead(['d'], 4).baseOffset).toBe(1);
  });

  it('drops an epoch that begins at the end even though no record goes (KAFKA-10706)', () => {
    const stage = new LogStage();
    stage.lead(['a'], 1);
    stage.log.assignEpoch(5, 1);
    expect(stage.log.truncateTo(1, stage.out)).toBe(false);
    expect(stage.log.latestLeaderEpoch).toBe(1);
    expect(stage.out.told).not.toContain('log truncated');
  });

  it('goes across segments and leaves their files marked deleted', () => {
    const stage = new LogStage({ 'segment.bytes': 100 });
    for (const value of ['a', 'b', 'c', 'd']) stage.lead([value]);
    expect(stage.log.segmentCount).toBe(4);
    stage.log.truncateTo(1, stage.out);
    expect(stage.log.segmentCount).toBe(2);
    expect(stage.values()).toEqual(['0:a@0']);
    expect(stage.disk.list('/data/orders-0')).not.toContain('00000000000000000002.log');
  });

  it('starts over when the offset lies below the first segment', () => {
    const stage = new LogStage();
    stage.log.restartAt(10, stage.out);
    stage.log.appendAsFollower([withLeader(batchOf(['a']), 10, 0)], 0, stage.out);
    expect(stage.log.truncateTo(4, stage.out)).toBe(true);
    expect([stage.log.logStartOffset, stage.log.logEndOffset, stage.log.highWatermark]).toEqual([4, 4, 4]);
  });

  it('lowers the recovery point, also for a flush under way', () => {
    const stage = new LogStage();
    stage.lead(['a', 'b', 'c']);
    stage.lead(['d']);
    stage.log.flush();
    stage.log.truncateTo(3, stage.out);
    stage.lead(['e', 'f']);
    stage.settle();
    expect(stage.log.recoveryPoint).toBe(3);
  });
});

describe('starting over and moving the start', () => {
  it('empties the log, its epochs included', () => {
    const stage = new LogStage();
    stage.lead(['a', 'b'], 1);
    expect(stage.log.restartAt(50, stage.out)).toBeNull();
    expect([stage.log.logStartOffset, stage.log.highWatermark, stage.log.logEndOffset]).toEqual([50, 50, 50]);
    expect(stage.log.latestLeaderEpoch).toBe(-1);
    expect(stage.disk.list('/data/orders-0')).toContain('00000000000000000050.log');
    expect(stage.disk.list('/data/orders-0')).not.toContain('00000000000000000000.log');
  });

  it('moves the start up to the high watermark; retention deletes whole segments below', () => {
    const stage = new LogStage({ 'segment.bytes': 100 });
    for (const value of ['a', 'b', 'c']) stage.lead([value], 1);
    expect(stage.log.advanceLogStart(2, stage.out)).toMatchObject({
      errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
    });
    stage.log.advanceHighWatermark(3, 1, true, stage.out);
    expect(stage.log.advanceLogStart(2, stage.out)).toBe(true);
    expect(stage.log.advanceLogStart(1, stage.out)).toBe(false);
    expect(stage.log.segmentCount).toBe(3);
    expect(stage.log.deleteOldSegments(stage.out)).toBe(2);
    expect(stage.log.segmentCount).toBe(1);
    expect(stage.log.epochs.entries).toEqual([{ leaderEpoch: 1, startOffset: 2 }]);
    expect(stage.disk.list('/data/orders-0').filter((name) => name.endsWith('.log'))).toEqual([
      '00000000000000000002.log',
    ]);
  });
});

describe('the first error of the disk', () => {
  it('fences every later call (KAFKA-10778)', () => {
    const stage = new LogStage();
    stage.lead(['a']);
    stage.disk.failOn((operation) => operation === 'append');
    const answer = stage.log.appendAsLeader([batchOf(['b'])], 0, stage.out);
    expect((answer as LogFailure).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    stage.disk.heal();
    expect(stage.log.appendAsLeader([batchOf(['c'])], 0, stage.out)).toMatchObject({
      errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
    });
    expect(stage.log.read(0, 100, 1, true)).toBeInstanceOf(DiskError);
    expect(stage.log.truncateTo(0, stage.out)).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
    expect(stage.log.logEndOffset).toBe(1);
  });

  it('does not keep the log end from moving with the log when an index write fails (KAFKA-7866)', () => {
    const stage = new LogStage({ 'index.interval.bytes': 10 });
    stage.lead(['a']);
    stage.disk.failOn((operation, path) => operation === 'append' && path.endsWith('.index'));
    const answer = stage.log.appendAsLeader([batchOf(['b'])], 0, stage.out);
    expect((answer as LogFailure).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(stage.log.logEndOffset).toBe(2);
  });

  it('comes from a failed sync too', () => {
    const stage = new LogStage();
    stage.lead(['a']);
    const ticket = stage.log.flush();
    stage.log.onSynced(ticket, new DiskError('EIO', 'x'), stage.out);
    expect(stage.log.failure?.code).toBe('EIO');
    expect(stage.log.recoveryPoint).toBe(0);
  });
});

const RECORD = { timestamp: 9, key: null, value: Uint8Array.of(1) };

function marker(): Uint8Array {
  const record = { type: ControlType.COMMIT, message: { coordinatorEpoch: 3 } };
  return buildControlBatch({ producerId: 1, producerEpoch: 0, isTransactional: true }, 5, [record]);
}

function damaged(batch: Uint8Array, at: number): Uint8Array {
  const copy = batch.slice();
  copy[at] = copy[at]! ^ 0xff;
  return copy;
}

function offsetsOf(read: ReturnType<LogStage['log']['read']>): readonly number[] {
  return (read as { records: readonly Uint8Array[] }).records.map(baseOffsetOf);
}

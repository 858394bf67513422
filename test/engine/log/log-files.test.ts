import { describe, expect, it } from 'vitest';
import {
  decodeCheckpoint,
  decodeCleanShutdown,
  decodeEpochs,
  decodeMetaProperties,
  decodeOffsets,
  decodePartitionMetadata,
  encodeCleanShutdown,
  encodeEpochs,
  encodeMetaProperties,
  encodeOffsets,
  offsetOfFile,
  parseLogName,
  segmentPrefix,
} from '../../../engine/log/index.ts';
import { withLeader } from '../../../engine/records/index.ts';
import { batchOf, bytesOf, LogStage, TOPIC_ID } from './stage.ts';

describe('the files of a log', () => {
  it('are named and filled as Kafka does', () => {
    const stage = new LogStage();
    stage.lead(['a'], 3);
    stage.lead(['b'], 5);
    stage.settle();
    expect(stage.disk.list('/data/orders-0')).toEqual([
      '00000000000000000000.index',
      '00000000000000000000.log',
      '00000000000000000000.timeindex',
      'leader-epoch-checkpoint',
      'partition.metadata',
    ]);
    expect(stage.disk.text(stage.file('leader-epoch-checkpoint'))).toBe('0\n2\n3 0\n5 1\n');
    expect(stage.disk.text(stage.file('partition.metadata'))).toBe(`version: 0\ntopic_id: ${TOPIC_ID}`);
    const log = stage.disk.content(stage.file('00000000000000000000.log'));
    expect(log).toEqual(
      Uint8Array.from([...withLeader(batchOf(['a']), 0, 3), ...withLeader(batchOf(['b']), 1, 5)]),
    );
  });

  it('hold an index entry for the batch that comes after more than index.interval.bytes', () => {
    const stage = new LogStage({ 'index.interval.bytes': 100 });
    // Batches of 69 bytes: after two of them (138 > 100) the third is indexed, then the fifth.
    for (let at = 0; at < 5; at++) expect(stage.lead(['a'], 0, 1000 + at).bytes).toBe(69);
    expect([...stage.disk.content(stage.file('00000000000000000000.index'))]).toEqual([
      ...[0, 0, 0, 2, 0, 0, 0, 138],
      ...[0, 0, 0, 4, 0, 0, 1, 20],
    ]);
    expect([...stage.disk.content(stage.file('00000000000000000000.timeindex'))]).toEqual([
      ...[0, 0, 0, 0, 0, 0, 3, 234, 0, 0, 0, 2],
      ...[0, 0, 0, 0, 0, 0, 3, 236, 0, 0, 0, 4],
    ]);
  });

  it('get a last time entry when the segment is rolled, and begin anew at the next offset', () => {
    const stage = new LogStage();
    stage.log.appendAsFollower([withLeader(batchOf(['a', 'b'], 258), 7, 0)], 0, stage.out);
    stage.log.roll();
    stage.log.appendAsFollower([withLeader(batchOf(['c']), 9, 0)], 0, stage.out);
    expect([...stage.disk.content(stage.file('00000000000000000000.timeindex'))]).toEqual([
      0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 0, 8,
    ]);
    expect(stage.disk.size(stage.file('00000000000000000009.log'))).toBe(69);
  });

  it('lose index entries at and above a truncation', () => {
    const stage = new LogStage({ 'index.interval.bytes': 10 });
    for (let at = 0; at < 5; at++) stage.lead(['a'], 0, 1000 + at);
    expect(stage.disk.size(stage.file('00000000000000000000.index'))).toBe(32);
    stage.log.truncateTo(3, stage.out);
    expect(stage.disk.size(stage.file('00000000000000000000.index'))).toBe(16);
    expect(stage.disk.size(stage.file('00000000000000000000.timeindex'))).toBe(24);
    stage.lead(['b'], 0, 5000);
    stage.lead(['b'], 0, 5001);
    expect([...stage.disk.content(stage.file('00000000000000000000.index')).slice(16)]).toEqual([
      0, 0, 0, 4, 0, 0, 1, 20,
    ]);
  });
});

describe('a segment is rolled', () => {
  const rolls: readonly [string, ConstructorParameters<typeof LogStage>[0], number][] = [
    ['when it has no room for what comes', { 'segment.bytes': 138 }, 3],
    ['when the records’ own time has moved by more than segment.ms', { 'segment.ms': 1 }, 3],
    [
      'when an index is full (a slot of the time index is kept)',
      { 'segment.index.bytes': 24, 'index.interval.bytes': 1 },
      3,
    ],
    ['not without a reason', {}, 1],
  ];
  for (const [when, config, segments] of rolls) {
    it(when, () => {
      const stage = new LogStage(config);
      for (let at = 0; at < 6; at++) stage.lead(['a'], 0, 1000 + at);
      expect(stage.log.segmentCount).toBe(segments);
      expect(stage.values().length).toBe(6);
    });
  }

  it('when an offset is further from its base than an index can say', () => {
    const stage = new LogStage();
    stage.lead(['a']);
    stage.log.appendAsFollower([withLeader(batchOf(['b']), 0x8000_0000, 0)], 0, stage.out);
    expect(stage.disk.list('/data/orders-0')).toContain('00000000002147483648.log');
  });

  it('and the old one is made durable, directory and leader epochs included', () => {
    const stage = new LogStage({ 'segment.bytes': 100 });
    stage.lead(['a']);
    stage.lead(['b']);
    expect(stage.log.recoveryPoint).toBe(0);
    stage.settle();
    expect(stage.log.recoveryPoint).toBe(1);
    expect(stage.disk.journal).toContain('syncDirectory /data');
    expect(stage.disk.journal).toContain('syncDirectory /data/orders-0');
    expect(stage.disk.journal).toContain('sync /data/orders-0/00000000000000000000.log');
  });
});

describe('a flush', () => {
  it('makes a new segment’s entry in the directory durable', () => {
    const stage = new LogStage({ 'segment.bytes': 100 });
    stage.lead(['a']);
    stage.settle();
    stage.lead(['b']);
    stage.log.flush();
    stage.settle();
    stage.disk.powerLoss(() => 1);
    stage.open({ recoveryPoint: 2 });
    expect(stage.values()).toEqual(['0:a@0', '1:b@0']);
  });

  it('waits for the leader epoch file that goes with the data', () => {
    const stage = new LogStage();
    stage.lead(['a'], 1);
    stage.log.flush();
    // First round: the segment's syncs and the epoch file's temp. The recovery point waits for the rename to
    // be durable.
    for (const ticket of stage.disk.completeSyncs()) stage.log.onSynced(ticket, null, stage.out);
    expect(stage.log.recoveryPoint).toBe(0);
    stage.settle();
    expect(stage.log.recoveryPoint).toBe(1);
  });

  it('is shared by those who ask for what it covers, and is none when all is durable', () => {
    const stage = new LogStage();
    stage.lead(['a']);
    const ticket = stage.log.flush();
    expect(ticket).toBeGreaterThan(0);
    expect(stage.log.flush()).toBe(ticket);
    stage.settle();
    expect(stage.log.flush()).toBe(0);
  });

  it('does not move the recovery point past data that came after it', () => {
    const stage = new LogStage();
    stage.lead(['a']);
    stage.log.flush();
    stage.lead(['b']);
    stage.settle();
    expect(stage.log.recoveryPoint).toBe(1);
  });
});

describe('small files', () => {
  it('are Kafka’s, byte for byte', () => {
    const text = (content: Uint8Array) => String.fromCharCode(...content);
    expect(text(encodeOffsets([['orders-3', 417]]))).toBe('0\n1\norders 3 417\n');
    expect(text(encodeOffsets([]))).toBe('0\n0\n');
    expect(text(encodeEpochs([{ leaderEpoch: 2, startOffset: 9 }]))).toBe('0\n1\n2 9\n');
    expect(text(encodeCleanShutdown(12))).toBe('{"version":0,"brokerEpoch":12}');
    const properties = { clusterId: 'c', nodeId: 4, directoryId: TOPIC_ID };
    expect(text(encodeMetaProperties(properties, 1_709_210_096_789))).toBe(
      `#\n#Thu Feb 29 12:34:56 UTC 2024\ncluster.id=c\ndirectory.id=${TOPIC_ID}\nnode.id=4\nversion=1\n`,
    );
    expect(text(encodeMetaProperties(properties, 0))).toContain('#Thu Jan 01 00:00:00 UTC 1970');
  });

  it('are read back', () => {
    expect(decodeOffsets(encodeOffsets([['a-b-3', 417]]))).toEqual(new Map([['a-b-3', 417]]));
    expect(decodeEpochs(bytesOf('0\n2\n1 0\n4 7\n'))).toEqual([
      { leaderEpoch: 1, startOffset: 0 },
      { leaderEpoch: 4, startOffset: 7 },
    ]);
    expect(decodeCleanShutdown(bytesOf('{"brokerEpoch": 7, "version":0}'))).toBe(7);
    const properties = { clusterId: 'c', nodeId: 4, directoryId: TOPIC_ID };
    expect(decodeMetaProperties(encodeMetaProperties(properties, 5))).toEqual(properties);
    expect(decodePartitionMetadata(bytesOf(`version: 0\ntopic_id: ${TOPIC_ID}`))).toBe(TOPIC_ID);
  });

  it('that were torn or overwritten are told from whole ones', () => {
    for (const broken of [
      '1\n0\n',
      '0\nx\n',
      '0\n2\n1 0\n',
      '0\n1\n1 0\n2 5\n',
      '0\n1\n1\n',
      '0\n1\n-1 5\n',
    ]) {
      expect(decodeEpochs(bytesOf(broken)), broken).toBeNull();
    }
    expect(decodeEpochs(new Uint8Array(0))).toEqual([]);
    expect(decodeCheckpoint(bytesOf('0\n'))).toEqual([]);
    expect(decodeOffsets(bytesOf('0\n1\norders 3\n'))).toBeNull();
    expect(decodeOffsets(bytesOf('0\n1\norders 3 99999999999999999999\n'))).toBeNull();
    expect(decodeCleanShutdown(bytesOf('{"version":0,"broker'))).toBe(-1);
    expect(decodeMetaProperties(bytesOf('version=1\nnode.id=4\n'))).toBeNull();
    expect(decodePartitionMetadata(bytesOf('version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA'))).toBeNull();
    expect(decodePartitionMetadata(bytesOf('version: 0\ntopi'))).toBeNull();
  });
});

describe('names', () => {
  it('go both ways', () => {
    expect(segmentPrefix(417)).toBe('00000000000000000417');
    expect(offsetOfFile('00000000000000000417.log.deleted')).toBe(417);
    expect(offsetOfFile('leader-epoch-checkpoint')).toBe(-1);
    expect(parseLogName('a-b-12')).toEqual({ topic: 'a-b', partition: 12 });
    for (const name of ['recovery-point-offset-checkpoint', '-3', 'orders', 'orders-0.abc-delete']) {
      expect(parseLogName(name), name).toBeNull();
    }
  });
});

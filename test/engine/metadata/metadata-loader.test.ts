import { describe, expect, it } from 'vitest';
import {
  encodeRecords,
  type MetadataDelta,
  MetadataError,
  MetadataLoader,
  type MetadataRecord,
} from '../../../engine/metadata/index.ts';
import { Stage } from '../controller/stage.ts';

const topic = (n: number): MetadataRecord => ({
  type: 'TopicRecord',
  name: `t${n}`,
  topicId: `AAAAAAAAAAEAAAAAAAAA${n}g`,
});
const begin: MetadataRecord = { type: 'BeginTransactionRecord', name: null };
const end: MetadataRecord = { type: 'EndTransactionRecord' };
const abort: MetadataRecord = { type: 'AbortTransactionRecord', reason: null };

function batchAt(baseOffset: number, records: readonly MetadataRecord[]) {
  return {
    baseOffset,
    lastOffset: baseOffset + records.length - 1,
    batch: encodeRecords(records, baseOffset, 1, 0),
    isControl: false,
  };
}

function load(loader: MetadataLoader, baseOffset: number, records: readonly MetadataRecord[]): MetadataDelta {
  const delta = loader.load([batchAt(baseOffset, records)]);
  if (delta instanceof MetadataError) throw new Error(delta.message);
  return delta;
}

describe('a loader', () => {
  it('applies batches in order and knows how far it is', () => {
    const loader = new MetadataLoader();
    expect(loader.lastOffset).toBe(-1);
    const delta = load(loader, 0, [topic(1), topic(2)]);
    expect([...delta.topicsCreated.values()]).toEqual(['t1', 't2']);
    expect(loader.lastOffset).toBe(1);
    expect(() => load(loader, 1, [topic(3)])).toThrow(/order of the log/);
  });

  it('skips control batches but counts their offsets', () => {
    const loader = new MetadataLoader();
    loader.load([{ baseOffset: 0, lastOffset: 0, batch: new Uint8Array(0), isControl: true }]);
    load(loader, 1, [topic(1)]);
    expect(loader.lastOffset).toBe(1);
  });

  it('holds a transaction back until it ends, over batches (KIP-868)', () => {
    const loader = new MetadataLoader();
    load(loader, 0, [begin, topic(1)]);
    expect(loader.transactionStartOffset).toBe(0);
    expect(loader.image.topicsByName.size).toBe(0);
    const delta = load(loader, 2, [topic(2), end, topic(3)]);
    expect([...delta.topicsCreated.values()]).toEqual(['t1', 't2', 't3']);
    expect(loader.transactionStartOffset).toBe(-1);
  });

  it('drops a transaction that is aborted', () => {
    const loader = new MetadataLoader();
    const delta = load(loader, 0, [begin, topic(1), abort, topic(2)]);
    expect(loader.image.topicNames()).toEqual(['t2']);
    expect([...delta.topicsCreated.values()]).toEqual(['t2']);
  });

  it('starts over from a snapshot and tells the difference', () => {
    const stage = new Stage();
    stage.start(1, 2);
    stage.createTopic('old', [[1, 2]]);
    stage.createTopic('changed', [[1, 2]]);
    stage.createTopic('same', [[1, 2]]);
    const behind = new MetadataLoader();
    behind.load([
      batchAt(
        0,
        stage.log.map(({ record }) => record),
      ),
    ]);
    stage.deleteTopics({ topics: [{ name: 'old' }] });
    stage.createTopic('new', [[2]]);
    stage.alterIsr('changed', [1]);
    const snapshot = encodeRecords(stage.image.toRecords(), 0, 1, 0);
    const delta = behind.loadSnapshot(stage.loader.lastOffset, 1, [{ batch: snapshot, isControl: false }]);
    if (delta instanceof MetadataError) throw new Error(delta.message);
    expect(behind.image.toRecords()).toEqual(stage.image.toRecords());
    expect(behind.lastOffset).toBe(stage.loader.lastOffset);
    expect(
      delta.partitions().map((change) => [change.topic, change.previous !== null, change.next !== null]),
    ).toEqual([
      ['old', true, false],
      ['changed', true, true],
      ['new', false, true],
    ]);
    expect([...delta.topicsDeleted.values()].map((deleted) => deleted.name)).toEqual(['old']);
    expect([...delta.topicsCreated.values()]).toEqual(['new']);
    expect(delta.brokers()).toEqual([]);
    expect(delta.featuresChanged).toBe(false);
  });

  it('answers an error for bytes that are no records', () => {
    const loader = new MetadataLoader();
    const broken = { baseOffset: 0, lastOffset: 0, batch: new Uint8Array(10), isControl: false };
    expect(loader.load([broken])).toBeInstanceOf(MetadataError);
  });
});

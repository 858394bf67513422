import { describe, expect, it } from 'vitest';
import {
  type BatchHeader,
  type BatchOptions,
  buildBatch,
  buildControlBatch,
  ControlType,
  emptyBatch,
  filterBatch,
  noCompression,
  parseBatch,
  placeholderBatch,
  type RecordCursor,
  withLeader,
} from '../../../engine/records/index.ts';
import {
  type Cleaners,
  ClusterShadow,
  type CompactedReplica,
  findAnomalies,
  flawsOf,
  type History,
  OriginalLog,
  RemovedRecords,
} from '../../../sim/check/index.ts';
import { recordOf } from '../../engine/log/compaction/compaction-stage.ts';

/** Everything that was appended, and the batches as a replica may have them. */
class Appended {
  readonly original = new OriginalLog('t-0', noCompression, ({ offset }) => 100 + offset);
  readonly batches: Uint8Array[] = [];
  readonly #shadow = new ClusterShadow();
  #end = 0;

  put(texts: readonly string[], options: BatchOptions = {}): this {
    const records = texts.map((text) => recordOf(text, 1_000));
    return this.#append(buildBatch(options, records), texts.length);
  }

  end(producerId: number, type: 'COMMIT' | 'ABORT', producerEpoch = 1): this {
    const record = { type: ControlType[type], message: { coordinatorEpoch: 1 } };
    return this.#append(
      buildControlBatch({ producerId, producerEpoch, isTransactional: true }, 1_000, [record]),
      1,
    );
  }

  #append(built: Uint8Array, count: number): this {
    const batch = withLeader(built, this.#end, 3);
    const place = { baseOffset: this.#end, lastOffset: this.#end + count - 1, leaderEpoch: 3 };
    this.#end += count;
    this.batches.push(batch);
    this.#shadow.apply('b1', { fact: 'log appended', log: 't-0', ...place, batch });
    this.original.note(3, place.baseOffset, batch);
    this.#shadow.replicatedLog('t-0').advance(this.#shadow.replica('b1', 't-0'), this.#end);
    this.original.advance(this.#shadow.replicatedLog('t-0'));
    return this;
  }

  /** What is found in a log of these batches. Everything below `cleanedTo` was just cleaned. */
  flaws(batches: readonly Uint8Array[], changes: Partial<CompactedReplica & Cleaners> = {}): string[] {
    const { cleanedTo = this.#end, mayTombstoneGo = () => false, ...rest } = changes;
    const cleaned = { from: 0, to: cleanedTo, cleanedTo };
    const replica = { logStartOffset: 0, highWatermark: this.#end, batches, cleaned, isCopy: false, ...rest };
    const found = flawsOf(this.original, replica, { cleanedTo, mayTombstoneGo }, noCompression);
    return found.map(({ recordOffset, what }) => `${recordOffset}: ${what}`);
  }

  removed(cleanedTo: number, logStartOffset = 0, mayTombstoneGo = false): number[] {
    const removed = new RemovedRecords();
    removed.add(this.original, { cleanedTo, mayTombstoneGo: () => mayTombstoneGo }, logStartOffset);
    return [...Array(this.#end).keys()].filter((recordOffset) =>
      removed.has({ log: 't-0', id: 100 + recordOffset, recordOffset: -1 }),
    );
  }
}

function headerOf(batch: Uint8Array): BatchHeader {
  return parseBatch(batch) as BatchHeader;
}

/** What a cleaner leaves of a batch. */
function only(batch: Uint8Array, ...offsets: readonly number[]): Uint8Array {
  const retains = ({ offset }: RecordCursor) => offsets.includes(offset);
  const options = { retains, deleteHorizonMs: 0, needsHorizon: false, compression: noCompression };
  return (filterBatch(batch, headerOf(batch), options) as { batch: Uint8Array }).batch;
}

const inTransaction = (producerId: number, baseSequence = 0): BatchOptions => ({
  producerId,
  producerEpoch: 1,
  baseSequence,
  isTransactional: true,
});

describe('CompactionKeepsLast', () => {
  const log = () => new Appended().put(['a=1', 'b=1']).put(['a=2', 'c=1']).put(['b=2']);

  it('says nothing of a log that lost only what was superseded, or nothing at all', () => {
    const { batches } = log();
    const [first, second, third] = batches as [Uint8Array, Uint8Array, Uint8Array];
    expect(log().flaws([second, third])).toEqual([]);
    expect(log().flaws([placeholderBatch(headerOf(first)), second, third])).toEqual([]);
    expect(log().flaws(batches, { cleaned: null })).toEqual([]);
    // The cleaner did not know of the last batch.
    expect(log().flaws([only(first, 1), second, third], { cleanedTo: 4 })).toEqual([]);
    expect(log().flaws([second, third], { logStartOffset: 2 })).toEqual([]);
  });

  it('fires for the last value of a key, and for one whose successor no cleaner knew of', () => {
    const [first, second, third] = log().batches as [Uint8Array, Uint8Array, Uint8Array];
    expect(log().flaws([only(second, 2), third])).toEqual(['3: the last value is gone of key "c"']);
    expect(log().flaws([second, third], { cleanedTo: 4 })).toEqual(['1: the last value is gone of key "b"']);
    expect(log().flaws([first, second, third])).toEqual([
      '1: an earlier value was kept of key "b"',
      '0: an earlier value was kept of key "a"',
    ]);
  });

  it('fires for what has no key and is kept, or goes before a cleaner looked at it', () => {
    const keyless = () => new Appended().put(['=1', 'a=1']).put(['=2', 'b=1']);
    const [first, second] = keyless().batches as [Uint8Array, Uint8Array];
    expect(keyless().flaws([only(first, 1), only(second, 3)])).toEqual([]);
    expect(keyless().flaws([first, only(second, 3)])).toEqual(['0: a record without a key was kept']);
    expect(keyless().flaws([only(first, 1), only(second, 3)], { cleanedTo: 2 })).toEqual([
      '2: a record that no cleaner has looked at is gone',
    ]);
    expect(keyless().removed(2)).toEqual([0]);
    expect(keyless().removed(4)).toEqual([0, 2]);
  });

  it('fires for a tombstone that goes too early, and for one that goes before what it deletes', () => {
    const tombstones = () => new Appended().put(['a=1']).put(['a=']).put(['b=1']);
    const [value, tombstone, last] = tombstones().batches as [Uint8Array, Uint8Array, Uint8Array];
    expect(tombstones().flaws([tombstone, last])).toEqual([]);
    expect(tombstones().flaws([last])).toEqual(['1: the last tombstone is gone of key "a"']);
    const mayTombstoneGo = () => true;
    expect(tombstones().flaws([last], { mayTombstoneGo })).toEqual([]);
    expect(tombstones().flaws([value, last], { mayTombstoneGo })).toEqual([
      '0: a tombstone went before what it deletes of key "a"',
    ]);
    // A follower that was away for longer than delete.retention.ms never had it: Kafka's rule, and a known weakness.
    expect(tombstones().flaws([value, last], { mayTombstoneGo, isCopy: true })).toEqual([]);
  });

  it('fires for another record, another end, another epoch or sequence, and a batch that nobody appended', () => {
    const idempotent = { producerId: 7, producerEpoch: 0, baseSequence: 4 };
    const one = () => new Appended().put(['a=1', 'b=1'], idempotent);
    const rebuilt = (texts: readonly string[], options: BatchOptions, epoch = 3, at = 0) =>
      withLeader(
        buildBatch(
          options,
          texts.map((text) => recordOf(text, 1_000)),
        ),
        at,
        epoch,
      );
    expect(one().flaws([rebuilt(['a=1', 'b=9'], idempotent)])).toEqual([
      '1: the record is not the one that was appended',
      '1: the last value is gone of key "b"',
    ]);
    const others = [
      rebuilt(['a=1'], idempotent),
      rebuilt(['a=1', 'b=1'], idempotent, 2),
      rebuilt(['a=1', 'b=1'], { ...idempotent, baseSequence: 5 }),
      rebuilt(['b=1'], idempotent, 3, 1),
    ];
    expect(others.map((batch) => one().flaws([batch])[0])).toEqual([
      '0: the batch ends at 0',
      '0: the batch is of epoch 2',
      '0: the batch has another producer, epoch or sequence',
      '1: a batch begins where none was appended',
    ]);
  });

  it('fires for an aborted record that is kept, an open one that is gone, and what an aborted one superseded', () => {
    const aborted = () =>
      new Appended()
        .put(['a=1'])
        .put(['a=2'], inTransaction(5))
        .end(5, 'ABORT')
        .put(['a=3'], inTransaction(6));
    const [first, data, marker, open] = aborted().batches as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const cleanedTo = 3;
    expect(aborted().flaws([first, emptyBatch(headerOf(data)), marker, open], { cleanedTo })).toEqual([]);
    expect(aborted().flaws([first, data, marker, open], { cleanedTo })).toEqual([
      '1: a record of an aborted transaction was kept of key "a"',
    ]);
    expect(aborted().flaws([emptyBatch(headerOf(data)), marker, open], { cleanedTo })).toEqual([
      '0: the last value is gone of key "a"',
    ]);
    expect(aborted().flaws([first, emptyBatch(headerOf(data)), marker], { cleanedTo })).toEqual([
      '3: a record of a transaction that nobody has ended is gone of key "a"',
      '3: the last batch of producer 6 is gone',
    ]);
  });

  it('fires for the last batch or marker of a producer, and the marker of what is left of a transaction', () => {
    const committed = () =>
      new Appended()
        .put(['a=1'], inTransaction(5))
        .end(5, 'COMMIT')
        .put(['a=2'], { producerId: 8, producerEpoch: 0, baseSequence: 0 });
    const [data, marker, last] = committed().batches as [Uint8Array, Uint8Array, Uint8Array];
    const emptied = emptyBatch(headerOf(data));
    expect(committed().flaws([emptied, marker, last])).toEqual([]);
    expect(committed().flaws([emptied, last])).toEqual(['0: the marker at 1 of the transaction is gone']);
    expect(committed().flaws([marker, last])).toEqual(['0: the last batch of producer 5 is gone']);
    // With a new epoch the marker is what fences (KIP-890).
    const bumped = () => new Appended().put(['a=1'], inTransaction(5)).end(5, 'COMMIT', 2).put(['a=2']);
    const [, fence, next] = bumped().batches as [Uint8Array, Uint8Array, Uint8Array];
    expect(bumped().flaws([fence, next])).toEqual([]);
    expect(bumped().flaws([next])).toEqual(['1: the last marker of producer 5 is gone']);
  });
});

describe('values that readers may not be shown', () => {
  const log = () => new Appended().put(['a=1', 'b=1']).put(['a=2', 'c=']).put(['b=2']);

  it('are those that a cleaner knew a later one of, tombstones in time, and what retention cut off', () => {
    expect(log().removed(5)).toEqual([0, 1]);
    expect(log().removed(4)).toEqual([0]);
    expect(log().removed(0)).toEqual([]);
    expect(log().removed(5, 0, true)).toEqual([0, 1, 3]);
    expect(log().removed(0, 3)).toEqual([0, 1, 2]);
  });

  it('are those that were acknowledged below where a log begins by now, whoever knows them', () => {
    const removed = new RemovedRecords();
    expect(removed.isEmpty).toBe(true);
    removed.cut('t-0', 5);
    expect(removed.isEmpty).toBe(false);
    const has = (log: string, recordOffset: number) => removed.has({ log, id: 1, recordOffset });
    expect([has('t-0', 4), has('t-0', 5), has('t-0', -1), has('t-1', 4)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('are not those that an aborted one comes after', () => {
    const aborted = new Appended().put(['a=1']).put(['a=2'], inTransaction(5)).end(5, 'ABORT');
    expect(aborted.removed(3)).toEqual([]);
  });
});

describe('a history of a log that was cleaned', () => {
  const ids = [100, 101, 102, 103];
  const writes = ids.map((id, recordOffset) => ({ log: 't-0', id, recordOffset }));
  const times = { invokedAt: 0, endedAt: 1 };
  const send = { client: 'p1', ...times, outcome: 'ok', isTransactional: false, writes } as const;
  const poll = (at: number, ...offsets: number[]) => ({
    client: 'k1',
    at,
    reads: [{ log: 't-0', offsets, ids: offsets.map((offset) => ids[offset]!) }],
  });
  const history = (...polls: ReturnType<typeof poll>[]): History => ({
    sends: [send],
    polls,
    repositions: [],
  });
  const names = (of: History, ...gone: number[]) =>
    findAnomalies(of, ({ id, log }) => log === 't-0' && gone.includes(id)).map(({ name }) => name);

  it('has no anomaly where readers are not shown what a cleaner may have taken', () => {
    expect(names(history(poll(2, 0, 2, 3)), 101)).toEqual([]);
    expect(names(history(poll(2, 0), poll(3, 3)), 101, 102)).toEqual([]);
    expect(names(history(poll(2, 0, 1, 2, 3)), 101)).toEqual([]);
  });

  it('has the anomalies of every other where one of the values passed over must be there', () => {
    const passedOver = ['lost-write', 'unseen'];
    expect(names(history(poll(2, 0, 2, 3)))).toEqual([...passedOver, 'int-poll-skip']);
    expect(names(history(poll(2, 0), poll(3, 3)), 101)).toEqual([...passedOver, 'poll-skip']);
    expect(names(history(poll(2, 0, 1, 2)), 101)).toEqual(['unseen']);
  });
});

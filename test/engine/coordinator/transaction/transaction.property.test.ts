import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type TransactionLogValue,
  TransactionState,
  transactionRecordCodec,
} from '../../../../engine/coordinator/index.ts';
import { mayFollow } from '../../../../engine/coordinator/transaction/transaction-state.ts';
import { MS, SECOND } from '../../../../engine/machine/index.ts';
import { noCompression, RecordsError, readRecords } from '../../../../engine/records/index.ts';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { RandomProducer } from './random-producer.ts';
import { TransactionStage } from './transaction-stage.ts';

const IDS = ['a', 'b', 'c'];

type Step =
  | { readonly do: 'init' | 'end'; readonly who: number; readonly flag: boolean }
  | { readonly do: 'write'; readonly who: number; readonly partition: number }
  | { readonly do: 'delayed end'; readonly who: number; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'lose'; readonly what: 'lost' | 'answer lost' }
  | { readonly do: 'refuse'; readonly partition: number; readonly flag: boolean }
  | { readonly do: 'shift clock'; readonly ms: number }
  | {
      readonly do: 'hold' | 'hold markers' | 'release' | 'fail append' | 'fail over' | 'lose tail' | 'elect';
    };

const who = fc.nat(IDS.length - 1);
const partition = fc.nat(2);
const plain = <T extends string>(name: T) => fc.constant({ do: name });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('init' as const), who, flag: fc.boolean() }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('write' as const), who, partition }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('end' as const), who, flag: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delayed end' as const), who, which: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(10, 150, 3_000, 25_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lose' as const),
      what: fc.constantFrom('lost' as const, 'answer lost' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), partition, flag: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('shift clock' as const),
      ms: fc.integer({ min: -60_000, max: 60_000 }),
    }),
  },
  { weight: 1, arbitrary: plain('hold' as const) },
  { weight: 1, arbitrary: plain('hold markers' as const) },
  { weight: 3, arbitrary: plain('release' as const) },
  { weight: 1, arbitrary: plain('fail append' as const) },
  { weight: 1, arbitrary: plain('fail over' as const) },
  { weight: 1, arbitrary: plain('lose tail' as const) },
  { weight: 1, arbitrary: plain('elect' as const) },
);

function apply(stage: TransactionStage, producers: readonly RandomProducer[], each: Step): void {
  switch (each.do) {
    case 'init':
      producers[each.who]!.init(each.flag);
      return;
    case 'write':
      producers[each.who]!.write(each.partition);
      return;
    case 'end':
      producers[each.who]!.end(each.flag);
      return;
    case 'delayed end':
      producers[each.who]!.delayedEnd(each.which);
      return;
    case 'wait':
      // What is held must not become unknown: that is another story.
      stage.run(stage.isHeld ? 10 * MS : each.ms * MS);
      return;
    case 'lose':
      stage.markerFates.push(each.what);
      return;
    case 'refuse':
      if (each.flag) stage.data.refusals.set(`t-${each.partition}`, ErrorCode.NOT_LEADER_OR_FOLLOWER);
      else stage.data.refusals.clear();
      return;
    case 'shift clock':
      stage.wallShiftMs += each.ms;
      return;
    case 'hold':
      stage.isHeld = true;
      return;
    case 'hold markers':
      stage.holdsMarkers = true;
      return;
    case 'release':
      stage.release();
      return;
    case 'fail append':
      stage.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
      return;
    case 'fail over':
      // What this replica has is replicated before markers go out. (Kafka does not wait: see failover.test.ts.)
      stage.isHeld = false;
      stage.log.partition(0).highWatermark = stage.log.partition(0).logEndOffset;
      stage.failOver(true);
      return;
    case 'lose tail':
      stage.isHeld = false;
      stage.failOver(false);
      return;
    case 'elect':
      stage.release();
      stage.elect();
      return;
  }
}

/** What is known of the ids. One of which nothing could ever be written has no epoch, and is as good as unknown. */
function known(stage: TransactionStage) {
  return IDS.map((id) => stage.describe(id)).filter(
    ({ errorCode, producerEpoch }) => errorCode === ErrorCode.NONE && producerEpoch >= 0,
  );
}

/** What the log says of each id, in order. */
function history(stage: TransactionStage): Map<string, TransactionLogValue[]> {
  const byId = new Map<string, TransactionLogValue[]>();
  for (const { bytes } of stage.log.partition(0).batches) {
    const records = readRecords(bytes, noCompression);
    if (records instanceof RecordsError) throw new Error(records.message);
    for (const { key, value } of records) {
      const record = transactionRecordCodec.decode(key!, value);
      if (record === null || typeof record === 'string' || record.value === null)
        throw new Error('no record');
      const { transactionalId } = record.key;
      byId.set(transactionalId, [...(byId.get(transactionalId) ?? []), record.value]);
    }
  }
  return byId;
}

/** Legal all along, so that a decision is taken once; epochs rise; each end in TV2 has an epoch of its own. */
function checkHistory(values: readonly TransactionLogValue[], version: number): void {
  for (let at = 1; at < values.length; at++) {
    const before = values[at - 1]!;
    const after = values[at]!;
    expect(
      mayFollow(before.transactionStatus as TransactionState, after.transactionStatus as TransactionState),
    ).toBe(true);
    if (after.producerId === before.producerId) {
      expect(after.producerEpoch).toBeGreaterThanOrEqual(before.producerEpoch);
    }
    const isPrepared =
      after.transactionStatus === TransactionState.PREPARE_COMMIT ||
      after.transactionStatus === TransactionState.PREPARE_ABORT;
    if (isPrepared && version === 2) expect(after.producerEpoch).toBeGreaterThan(before.producerEpoch);
  }
}

/** Every marker carries out what the log decided. */
function checkMarkers(stage: TransactionStage, histories: Map<string, TransactionLogValue[]>): void {
  const decided = new Set<string>();
  for (const values of histories.values()) {
    for (const { producerEpoch, producerId, transactionStatus } of values) {
      if (transactionStatus === TransactionState.PREPARE_COMMIT)
        decided.add(`${producerId} ${producerEpoch} true`);
      if (transactionStatus === TransactionState.PREPARE_ABORT)
        decided.add(`${producerId} ${producerEpoch} false`);
    }
  }
  for (const name of stage.data.names()) {
    for (const { isCommit, producerEpoch, producerId } of stage.data.partition(name).markers) {
      expect(decided).toContain(`${producerId} ${producerEpoch} ${isCommit}`);
    }
  }
}

function checkOutcomes(stage: TransactionStage, producers: readonly RandomProducer[]): void {
  const committed = new Set<string>();
  const aborted = new Set<string>();
  for (const name of stage.data.names()) {
    const partition = stage.data.partition(name);
    expect(partition.open.size).toBe(0);
    for (const value of partition.committed) committed.add(value);
    for (const value of partition.aborted) aborted.add(value);
  }
  for (const { outcome, values } of producers.flatMap(({ transactions }) => transactions)) {
    const isCommitted = values.filter((value) => committed.has(value)).length;
    const isAborted = values.filter((value) => aborted.has(value)).length;
    // All or nothing, whatever the client knows.
    expect(isCommitted === 0 || isAborted === 0).toBe(true);
    if (outcome === 'committed') expect(isCommitted).toBe(values.length);
    if (outcome === 'aborted') expect(isAborted).toBe(values.length);
  }
}

describe.each([
  ['TV1', 1],
  ['TV2', 2],
])('whatever producers, coordinators and networks do, %s', (_name, version) => {
  test('a transaction ends once and in one way, everything settles, and a replay knows as much', () => {
    const seen = { committed: 0, aborted: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 100, size: 'max' }), (steps) => {
        const stage = new TransactionStage(version);
        const producers = IDS.map((id) => new RandomProducer(stage, version, id));
        for (const each of steps) apply(stage, producers, each);
        // The network heals, and time passes: nothing stays open.
        stage.log.failNext = 0;
        stage.markerFates.length = 0;
        stage.data.refusals.clear();
        stage.release();
        stage.wallShiftMs += 3_600_000;
        stage.run(30 * SECOND);
        expect(stage.coordinator.pendingMarkers).toBe(0);
        const live = known(stage);
        for (const { transactionState } of live) expect(transactionState).toMatch(/^(Empty|Complete.*)$/);
        const histories = history(stage);
        for (const values of histories.values()) checkHistory(values, version);
        checkMarkers(stage, histories);
        checkOutcomes(stage, producers);
        stage.failOver();
        expect(known(stage)).toEqual(live);
        for (const { outcome } of producers.flatMap(({ transactions }) => transactions)) {
          if (outcome !== null) seen[outcome] += 1;
        }
      }),
      { numRuns: 150, seed: 4 },
    );
    expect(seen.committed).toBeGreaterThan(50);
    expect(seen.aborted).toBeGreaterThan(50);
  });
});

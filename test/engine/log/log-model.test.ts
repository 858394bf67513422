import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBatch, withLeader } from '../../../engine/records/index.ts';
import type { Pick } from './memory-disk.ts';
import { appended, batchOf, LogStage } from './stage.ts';

/** A record as the model has it. */
interface ModelRecord {
  readonly offset: number;
  readonly value: string;
  readonly leaderEpoch: number;
  /** Every record of a batch goes when one goes. */
  readonly batch: number;
}

/** The log as an array. */
interface Model {
  records: ModelRecord[];
  start: number;
  end: number;
  highWatermark: number;
  /** As the log said last: nothing below may ever be lost. */
  recoveryPoint: number;
  leaderEpoch: number;
  batches: number;
}

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('lead' as const),
      records: fc.integer({ min: 1, max: 3 }),
      bump: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('follow' as const),
      records: fc.integer({ min: 1, max: 3 }),
      bump: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('truncate' as const), share: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('high watermark' as const), share: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const), share: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart at' as const), share: fc.nat(120) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('roll' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('process crash' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('power loss' as const),
      draws: fc.array(fc.nat(1 << 20), { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clean stop' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function pickFrom(draws: readonly number[]): Pick {
  let at = 0;
  return (bound) => draws[at++ % draws.length]! % bound;
}

function run(steps: readonly Step[]): void {
  const stage = new LogStage({ 'segment.bytes': 260, 'index.interval.bytes': 80 });
  const model: Model = {
    records: [],
    start: 0,
    end: 0,
    highWatermark: 0,
    recoveryPoint: 0,
    leaderEpoch: 1,
    batches: 0,
  };
  for (const next of steps) {
    take(stage, model, next);
    model.recoveryPoint = stage.log.recoveryPoint;
    compare(stage, model);
  }
}

function take(stage: LogStage, model: Model, next: Step): void {
  const { log, out } = stage;
  switch (next.kind) {
    case 'lead':
    case 'follow': {
      if (next.bump) model.leaderEpoch++;
      model.batches++;
      const values = Array.from({ length: next.records }, (_, at) => `${model.batches}.${at}`);
      if (next.kind === 'lead') {
        expect(appended(log.appendAsLeader([batchOf(values)], model.leaderEpoch, out)).baseOffset).toBe(
          model.end,
        );
      } else {
        appended(
          log.appendAsFollower([withLeader(batchOf(values), model.end, model.leaderEpoch)], 1000, out),
        );
      }
      for (const value of values) {
        const { end: offset, leaderEpoch, batches: batch } = model;
        model.records.push({ offset, value, leaderEpoch, batch });
        model.end++;
      }
      return;
    }
    case 'truncate': {
      const offset = batchStart(model, Math.floor((model.end * next.share) / 100));
      expect(log.truncateTo(offset, out)).toBe(offset < model.end);
      if (offset < model.end) cut(model, offset);
      // A replica truncates because it follows another leader.
      model.leaderEpoch++;
      return;
    }
    case 'high watermark': {
      const offset = Math.floor((model.end * next.share) / 100);
      log.advanceHighWatermark(offset, 0, true, out);
      model.highWatermark = Math.max(model.highWatermark, offset);
      return;
    }
    case 'start': {
      const offset = Math.floor((model.highWatermark * next.share) / 100);
      expect(log.advanceLogStart(offset, out)).toBe(offset > model.start);
      model.start = Math.max(model.start, offset);
      return;
    }
    case 'restart at': {
      const offset = Math.floor((model.end * next.share) / 100);
      expect(log.restartAt(offset, out)).toBeNull();
      model.records = [];
      model.start = model.end = model.highWatermark = offset;
      model.leaderEpoch++;
      return;
    }
    case 'roll':
      expect(log.roll()).toBeNull();
      return;
    case 'flush':
      log.flush();
      return;
    case 'settle':
      stage.settle();
      return;
    case 'process crash':
      stage.disk.processCrash();
      reopen(stage, model);
      return;
    case 'clean stop':
      log.close();
      stage.settle();
      expect(log.isSettled).toBe(true);
      // Clean: a power loss after it takes nothing.
      stage.disk.powerLoss(() => 0);
      reopen(stage, model, true);
      return;
    case 'power loss':
      stage.disk.powerLoss(pickFrom(next.draws));
      reopenAfterLoss(stage, model);
  }
}

function reopen(stage: LogStage, model: Model, wasClean = false): void {
  const { start: logStartOffset, highWatermark, recoveryPoint } = model;
  stage.open({ logStartOffset, highWatermark, recoveryPoint, wasClean });
}

/** What was flushed is there; what is there beyond it once was in the log, in order. */
function reopenAfterLoss(stage: LogStage, model: Model): void {
  reopen(stage, model);
  const { log } = stage;
  const flushed = model.records.filter(
    (record) => record.offset < model.recoveryPoint && record.offset >= model.start,
  );
  expect(stage.values().slice(0, flushed.length)).toEqual(flushed.map(show));
  const end = log.logEndOffset;
  expect(end).toBeGreaterThanOrEqual(Math.max(model.recoveryPoint, model.start));
  adopt(stage, model);
}

/**
 * From here on the model is what the log says: a power loss may bring back what was truncated and not synced.
 */
function adopt(stage: LogStage, model: Model): void {
  const { log } = stage;
  model.start = log.logStartOffset;
  model.end = log.logEndOffset;
  model.highWatermark = log.highWatermark;
  let batch = -1_000_000;
  model.records = stage.values().map((text) => {
    const [offset, value, epoch] = text.split(/[:@]/);
    if (value!.endsWith('.0')) batch++;
    return { offset: Number(offset), value: value!, leaderEpoch: Number(epoch), batch };
  });
  model.leaderEpoch = Math.max(model.leaderEpoch, log.latestLeaderEpoch) + 1;
}

function cut(model: Model, offset: number): void {
  model.records = model.records.filter((record) => record.offset < offset);
  model.end = offset;
  model.start = Math.min(model.start, offset);
  model.highWatermark = Math.min(model.highWatermark, offset);
}

/** The start of the batch that holds an offset: where replicas truncate. */
function batchStart(model: Model, offset: number): number {
  const at = model.records.find((record) => record.offset === offset);
  return model.records.find((record) => at !== undefined && record.batch === at.batch)?.offset ?? offset;
}

function show(record: ModelRecord): string {
  return `${record.offset}:${record.value}@${record.leaderEpoch}`;
}

function compare(stage: LogStage, model: Model): void {
  const { log } = stage;
  const visible = model.records.filter((record) => record.offset >= model.start);
  expect(stage.values()).toEqual(visible.map(show));
  expect([log.logStartOffset, log.highWatermark, log.logEndOffset]).toEqual([
    model.start,
    model.highWatermark,
    model.end,
  ]);
  expect(log.recoveryPoint).toBeLessThanOrEqual(log.logEndOffset);
  const last = visible.at(-1);
  if (last !== undefined && last.offset === model.end - 1) {
    expect(log.latestLeaderEpoch).toBe(last.leaderEpoch);
    expect(log.endOffsetFor(last.leaderEpoch).endOffset).toBe(model.end);
    for (const record of visible) expect(log.epochAt(record.offset)).toBe(record.leaderEpoch);
  }
}

describe('a log and an array', () => {
  it('agree after any history of appends, truncations, rolls, stops and losses', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), run), { numRuns: 400 });
  });

  it('agree on an empty batch of the builder too: nothing is appended', () => {
    const stage = new LogStage();
    expect(stage.log.appendAsLeader([buildBatch({}, [])], 0, stage.out)).toMatchObject({ errorCode: 87 });
  });
});

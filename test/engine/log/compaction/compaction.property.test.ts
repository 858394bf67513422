import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendToReplica } from '../../../../engine/replication/follower-append.ts';
import { CompactionStage, DAY_MS, type Found, LOG, recordsOf } from './compaction-stage.ts';

type Step =
  | { readonly step: 'put'; readonly texts: readonly string[] }
  | { readonly step: 'roll' | 'clean' | 'crash' | 'clean in pieces' | 'day' }
  | { readonly step: 'truncate'; readonly back: number }
  | { readonly step: 'start'; readonly forward: number };

const text = fc
  .tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2', '3', ''))
  .map(([key, value]) => `${key}=${value}`);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(text, { minLength: 1, maxLength: 4 })
      .map((texts) => ({ step: 'put', texts }) as Step),
  },
  { weight: 3, arbitrary: fc.constant({ step: 'roll' } as Step) },
  { weight: 2, arbitrary: fc.constant({ step: 'clean' } as Step) },
  { weight: 1, arbitrary: fc.constant({ step: 'clean in pieces' } as Step) },
  { weight: 1, arbitrary: fc.constant({ step: 'crash' } as Step) },
  { weight: 1, arbitrary: fc.constant({ step: 'day' } as Step) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 4 }).map((back) => ({ step: 'truncate', back }) as Step),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 3 }).map((forward) => ({ step: 'start', forward }) as Step),
  },
);

/** All that was ever appended and not cut off, by offset. */
class Appended {
  readonly byOffset = new Map<number, Found>();
  logStartOffset = 0;

  keepOnly(records: readonly Found[]): void {
    this.byOffset.clear();
    for (const record of records) this.byOffset.set(record.offset, record);
  }

  /** What a log that is clean up to an offset has, tombstones left open; what must be there, and what may. */
  expected(cleanedTo: number): { readonly must: readonly Found[]; readonly may: readonly Found[] } {
    const lastOffsets = new Map<string, number>();
    for (const { offset, text } of this.byOffset.values()) {
      if (offset < cleanedTo)
        lastOffsets.set(keyOf(text), Math.max(lastOffsets.get(keyOf(text)) ?? -1, offset));
    }
    const kept = [...this.byOffset.values()].filter(
      ({ offset, text }) =>
        offset >= this.logStartOffset && (offset >= cleanedTo || lastOffsets.get(keyOf(text)) === offset),
    );
    const must = kept.filter(({ offset, text }) => offset >= cleanedTo || !text.endsWith('='));
    return { must, may: kept };
  }
}

function keyOf(text: string): string {
  return text.slice(0, text.indexOf('='));
}

function run(stage: CompactionStage, appended: Appended, step: Step): void {
  switch (step.step) {
    case 'put': {
      const first = stage.put(step.texts);
      for (const [index, each] of step.texts.entries()) {
        appended.byOffset.set(first + index, { offset: first + index, text: each, timestamp: stage.wallMs });
      }
      return;
    }
    case 'roll':
      stage.roll();
      return;
    case 'clean':
      stage.clean();
      return;
    case 'clean in pieces':
      stage.pass(16_000_000);
      return;
    case 'day':
      stage.wallMs += DAY_MS;
      return;
    case 'crash':
      // A log start that was not checkpointed is forgotten: below it nothing was ever looked at.
      if (stage.log.logStartOffset > 0) stage.pass(61_000_000);
      stage.disk.processCrash();
      stage.boot();
      return;
    case 'truncate': {
      // Leader epochs begin where batches do.
      const to = stage.batches().at(-step.back)?.baseOffset ?? stage.log.logEndOffset;
      stage.log.truncateTo(to, stage.out);
      // What was superseded by what is cut off does not come back.
      appended.keepOnly(stage.records());
      appended.logStartOffset = stage.log.logStartOffset;
      return;
    }
    case 'start': {
      const to = Math.min(stage.log.highWatermark, stage.log.logStartOffset + step.forward);
      stage.log.advanceLogStart(to, stage.out);
      appended.logStartOffset = Math.max(appended.logStartOffset, stage.log.logStartOffset);
    }
  }
}

describe('after any history', () => {
  const config = { 'segment.bytes': 400 };

  it('a compacted log has the last record of each key below where it is clean, and all above', () => {
    let cleanings = 0;
    let removed = 0;
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const stage = new CompactionStage(config, { 'log.cleaner.io.max.bytes.per.second': 2_000 });
      const appended = new Appended();
      for (const each of steps) {
        run(stage, appended, each);
        // A crash that comes before the checkpoint forgets the start, as it does without compaction.
        if (each.step === 'crash') appended.logStartOffset = stage.log.logStartOffset;
      }
      stage.roll();
      stage.pass(240_000_000);
      expect(stage.directory.failure).toBe(null);
      cleanings += stage.out.told.filter((fact) => fact === 'log compacted').length;
      const cleanedTo = stage.directory.cleaner.cleanedTo(LOG) ?? 0;
      const { must, may } = appended.expected(cleanedTo);
      const found = stage.records();
      expect(found.filter(({ text }) => !text.endsWith('='))).toEqual(
        must.filter(({ text }) => !text.endsWith('=')),
      );
      for (const record of found) expect(may).toContainEqual(record);
      removed += appended.byOffset.size - found.length;
    });
    fc.assert(property, { numRuns: 150 });
    expect(cleanings).toBeGreaterThan(50);
    expect(removed).toBeGreaterThan(100);
  });

  it('reads and looks for times answer as a list of its records does', () => {
    // As in Kafka the search does not go by the log start offset from segment to segment.
    const steps = step.filter((each) => each.step !== 'start');
    const property = fc.property(fc.array(steps, { maxLength: 40 }), (steps) => {
      const stage = new CompactionStage(config);
      const appended = new Appended();
      for (const each of steps) {
        stage.wallMs += 7;
        run(stage, appended, each);
      }
      stage.roll();
      stage.clean();
      const records = stage.records();
      const { log } = stage;
      for (let from = log.logStartOffset; from < log.logEndOffset; from++) {
        const read = log.read(from, 1, log.logEndOffset, true);
        const next = records.find(({ offset }) => offset >= from);
        if (next !== undefined) expect(read).toMatchObject({ records: [expect.any(Uint8Array)] });
      }
      for (const { timestamp } of records) {
        for (const time of [timestamp - 1, timestamp, timestamp + 1]) {
          const first = records.find((record) => record.timestamp >= time);
          const found = log.offsetForTimestamp(time);
          expect(found).toEqual(
            first === undefined
              ? null
              : { offset: first.offset, timestamp: first.timestamp, leaderEpoch: expect.any(Number) },
          );
        }
      }
      const largest = Math.max(-1, ...records.map(({ timestamp }) => timestamp));
      const latest = records.find(({ timestamp }) => timestamp === largest);
      expect(log.offsetOfMaxTimestamp()).toEqual(
        latest === undefined
          ? null
          : { offset: latest.offset, timestamp: largest, leaderEpoch: expect.any(Number) },
      );
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('a follower that copies a compacted log has the same records at the same offsets', () => {
    const property = fc.property(fc.array(step, { maxLength: 40 }), fc.nat(500), (steps, bytes) => {
      const leader = new CompactionStage(config);
      const appended = new Appended();
      for (const each of steps) run(leader, appended, each);
      leader.roll();
      leader.clean();
      const follower = new CompactionStage(config);
      follower.log.restartAt(leader.log.logStartOffset, follower.out);
      while (follower.log.logEndOffset < leader.log.logEndOffset) {
        const read = leader.log.read(follower.log.logEndOffset, bytes, leader.log.logEndOffset, true);
        if (typeof read === 'string' || 'code' in read || read.records.length === 0) break;
        expect(appendToReplica(follower.log, read.records, 0, follower.out)).toMatchObject({
          batches: read.records.length,
        });
      }
      follower.replicate();
      follower.log.advanceLogStart(leader.log.logStartOffset, follower.out);
      expect(recordsOf(follower.log)).toEqual(recordsOf(leader.log));
      expect(follower.log.logEndOffset).toBe(leader.log.logEndOffset);
      // Its process dies: what has gaps is not taken for damaged.
      follower.disk.processCrash();
      follower.boot();
      follower.replicate();
      follower.log.advanceLogStart(leader.log.logStartOffset, follower.out);
      expect(recordsOf(follower.log)).toEqual(recordsOf(leader.log));
      follower.roll();
      follower.clean();
      const values = (stage: CompactionStage) => stage.texts().filter((each) => !each.endsWith('='));
      expect(values(follower).length).toBeLessThanOrEqual(values(leader).length);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

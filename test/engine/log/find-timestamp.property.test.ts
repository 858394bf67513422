import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Log, type LogConfig, LogFailure } from '../../../engine/log/index.ts';
import {
  buildBatch,
  type LogRecord,
  noCompression,
  RecordsError,
  readRecords,
} from '../../../engine/records/index.ts';
import { CompactionStage, recordOf } from './compaction/compaction-stage.ts';
import { appended } from './stage.ts';

type Step =
  | { readonly step: 'put'; readonly records: readonly (readonly [key: string, timestamp: number])[] }
  | { readonly step: 'roll' | 'clean' | 'crash' | 'retain' }
  | { readonly step: 'truncate' | 'start'; readonly offsets: number };

/** Few times, in no order: many records share one. */
const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.integer({ min: 0, max: 30 }));
const of = (step: Exclude<Step['step'], 'put' | 'truncate' | 'start'>) => fc.constant<Step>({ step });
const some = (step: 'truncate' | 'start') =>
  fc.integer({ min: 1, max: 6 }).map((offsets): Step => ({ step, offsets }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .array(record, { minLength: 1, maxLength: 4 })
      .map((records): Step => ({ step: 'put', records })),
  },
  { weight: 3, arbitrary: of('roll') },
  { weight: 2, arbitrary: of('clean') },
  { weight: 1, arbitrary: of('crash') },
  { weight: 1, arbitrary: of('retain') },
  { weight: 1, arbitrary: some('truncate') },
  { weight: 1, arbitrary: some('start') },
);

function run(stage: CompactionStage, step: Step): void {
  const { log, out } = stage;
  switch (step.step) {
    case 'put': {
      const records = step.records.map(([key, timestamp]) => recordOf(`${key}=1`, timestamp));
      appended(log.appendAsLeader([buildBatch({}, records)], 0, out));
      return;
    }
    case 'roll':
      stage.roll();
      return;
    case 'clean':
      stage.clean();
      return;
    case 'crash':
      stage.disk.processCrash();
      stage.boot();
      return;
    case 'retain':
      stage.replicate();
      log.deleteOldSegments(out);
      return;
    case 'truncate':
      log.truncateTo(Math.max(log.logStartOffset, log.logEndOffset - step.offsets), out);
      return;
    case 'start':
      log.advanceLogStart(Math.min(log.highWatermark, log.logStartOffset + step.offsets), out);
  }
}

/** Every record by segment, as the batches have them: no index and nothing that a segment remembers. */
function recordsBySegment(log: Log): (readonly LogRecord[])[] {
  const segments: LogRecord[][] = log.local.segments.map(() => []);
  for (const batch of log.batches(log.local.firstOffset)) {
    const records = readRecords(batch, noCompression);
    if (records instanceof RecordsError) throw new Error(records.message);
    for (const each of records) {
      const at = log.local.segments.findLastIndex(({ baseOffset }) => baseOffset <= each.offset);
      segments[at]!.push(each);
    }
  }
  return segments;
}

/** `UnifiedLog.searchOffsetInLocalLog`: the first segment that reaches the time is searched, and no other. */
function expectedFor(
  { logStartOffset }: Log,
  segments: ReturnType<typeof recordsBySegment>,
  timestamp: number,
): object | null {
  const segment = segments.find((records) => records.some((each) => each.timestamp >= timestamp));
  const found = segment?.find((each) => each.timestamp >= timestamp && each.offset >= logStartOffset);
  return found === undefined ? null : { offset: found.offset, timestamp: found.timestamp, leaderEpoch: 0 };
}

function expectedLatest(segments: ReturnType<typeof recordsBySegment>): object | null {
  const records = segments.flat();
  const timestamp = Math.max(-1, ...records.map((each) => each.timestamp));
  const found = records.find((each) => each.timestamp === timestamp);
  return found === undefined ? null : { offset: found.offset, timestamp, leaderEpoch: 0 };
}

function withoutFailure(answer: ReturnType<Log['offsetForTimestamp']>): object | null {
  if (answer instanceof LogFailure) throw new Error(answer.message);
  return answer;
}

describe('whatever a log has been through', () => {
  const base: Partial<LogConfig> = {
    'segment.bytes': 400,
    'index.interval.bytes': 100,
    'cleanup.policy': ['compact', 'delete'],
    'retention.ms': 100_000_000,
    'retention.bytes': 1_500,
  };

  it.each(['CreateTime', 'LogAppendTime'] as const)(
    'times are found as a walk over its records finds them (%s)',
    (type) => {
      let found = 0;
      let removed = 0;
      const property = fc.property(fc.array(step, { minLength: 25, maxLength: 60 }), (steps) => {
        const stage = new CompactionStage({ ...base, 'message.timestamp.type': type });
        stage.wallMs = 1_000;
        for (const each of steps) {
          // Of one clock, but one that stands still from time to time.
          if (each.step === 'put' && each.records.length > 2) stage.wallMs += 3;
          run(stage, each);
          const { log } = stage;
          const segments = recordsBySegment(log);
          const from = type === 'CreateTime' ? 0 : stage.wallMs - 60;
          const times = Array.from({ length: 22 }, (_, i) => from + i * 3);
          const answers = times.map((time) => withoutFailure(log.offsetForTimestamp(time)));
          expect(answers).toEqual(times.map((time) => expectedFor(log, segments, time)));
          found += answers.filter((answer) => answer !== null).length;
          expect(withoutFailure(log.offsetOfMaxTimestamp())).toEqual(expectedLatest(segments));
        }
        removed += stage.log.logEndOffset - stage.records().length;
      });
      fc.assert(property, { numRuns: 40 });
      expect(found).toBeGreaterThan(1_000);
      expect(removed).toBeGreaterThan(100);
    },
  );

  it('the first offset at a time or later is told, wherever its segment begins, when nothing was cut off in front', () => {
    const property = fc.property(
      fc.array(
        step.filter((each) => each.step !== 'start' && each.step !== 'retain'),
        { minLength: 15, maxLength: 60 },
      ),
      (steps) => {
        const stage = new CompactionStage({ ...base, 'cleanup.policy': ['compact'] });
        for (const each of steps) run(stage, each);
        const records = recordsBySegment(stage.log).flat();
        for (let timestamp = 0; timestamp <= 31; timestamp++) {
          const first = records.find((each) => each.timestamp >= timestamp);
          const answer = withoutFailure(stage.log.offsetForTimestamp(timestamp));
          expect(answer).toEqual(
            first === undefined ? null : { offset: first.offset, timestamp: first.timestamp, leaderEpoch: 0 },
          );
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});

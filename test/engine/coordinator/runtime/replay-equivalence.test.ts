import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../../engine/wire/index.ts';
import { MemoryCoordinatorLog } from '../memory-coordinator-log.ts';
import { RuntimeStage } from './runtime-stage.ts';

const record = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  value: fc.option(fc.constantFrom('1', '2', '3'), { nil: null }),
});
const producer = fc.integer({ min: 1, max: 3 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      records: fc.array(record, { maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('transactional' as const),
      producer,
      records: fc.array(record, { maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('end' as const), producer, isCommit: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('fail' as const), code: fc.constantFrom(19, 7, 56, 10) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('replicate' as const), back: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disturb' as const) }) },
);

/** What a shard says that has only the log up to an offset. */
function rebuilt(log: MemoryCoordinatorLog, upTo: number): string[] {
  const copy = new MemoryCoordinatorLog();
  const from = log.partition(0);
  const to = copy.partition(0);
  to.batches.push(...from.batches.filter(({ baseOffset }) => baseOffset < upTo));
  to.logEndOffset = upTo;
  to.highWatermark = upTo;
  const stage = new RuntimeStage(copy, 100);
  stage.lead(0, 99);
  return stage.state(0)!;
}

describe('a shard', () => {
  it('is what its log says, whatever was written, refused, committed and aborted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const stage = new RuntimeStage();
        stage.lead(0, 1);
        const partition = stage.log.partition(0);
        let written = 0;
        for (const [index, step] of steps.entries()) {
          switch (step.kind) {
            case 'write':
              stage.write(`w${index}`, 0, step.records);
              written += 1;
              break;
            case 'transactional':
              stage.writeInTransaction(`t${index}`, 0, step.producer, step.records);
              written += 1;
              break;
            case 'end':
              stage.end(`e${index}`, 0, step.producer, step.isCommit);
              written += 1;
              break;
            case 'fail':
              stage.log.failNext = step.code;
              break;
            case 'replicate': {
              const bounds = [
                0,
                ...partition.batches.map(({ baseOffset }) => baseOffset),
                partition.logEndOffset,
              ];
              stage.replicate(0, Math.max(bounds.at(-1 - step.back) ?? 0, partition.highWatermark));
              break;
            }
            case 'wait':
              stage.run(6_000_000);
              break;
            case 'disturb':
              stage.write(`d${index}`, 0, [{ key: 'a', value: 'lost' }]);
              written += 1;
              stage.runtime.onResigned(stage.now, 0, null, stage.out);
              stage.lead(0, 2 + index);
              break;
          }
          expect(stage.state(0)).toEqual(rebuilt(stage.log, partition.logEndOffset));
          expect(stage.read(0)).toEqual(rebuilt(stage.log, partition.highWatermark));
        }
        stage.replicate(0);
        expect(stage.settled).toHaveLength(written);
        expect(stage.runtime.parkedCount).toBe(0);
        const codes = new Set(stage.settled.map(({ errorCode }) => errorCode));
        codes.delete(ErrorCode.NONE);
        for (const code of codes) expect([19, 7, 56, 10, ErrorCode.NOT_COORDINATOR]).toContain(code);
      }),
      { numRuns: 150 },
    );
  });
});

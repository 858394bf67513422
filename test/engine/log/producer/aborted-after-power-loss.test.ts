import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatchHeader,
  buildBatch,
  buildControlBatch,
  type ControlRecord,
  ControlType,
  parseBatch,
  readControlRecords,
} from '../../../../engine/records/index.ts';
import { appended, bytesOf, LogStage } from '../stage.ts';

function dataOf(producerId: number, baseSequence: number): Uint8Array {
  const record = { timestamp: 1_000, key: null, value: bytesOf('v') };
  return buildBatch({ producerId, producerEpoch: 0, baseSequence, isTransactional: true }, [record]);
}

function markerOf(producerId: number, end: 'abort' | 'commit'): Uint8Array {
  const type = end === 'commit' ? ControlType.COMMIT : ControlType.ABORT;
  const options = { producerId, producerEpoch: 0, isTransactional: true };
  return buildControlBatch(options, 1_000, [{ type, message: { coordinatorEpoch: 0 } }]);
}

describe('after a power loss', () => {
  type Step =
    | { readonly step: 'send' | 'abort' | 'commit'; readonly id: number }
    | { readonly step: 'roll' | 'flush' | 'sync' | 'checkpoint' | 'kill' };
  const ids = fc.integer({ min: 1, max: 3 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: ids.map((id): Step => ({ step: 'send', id })) },
    { weight: 3, arbitrary: ids.map((id): Step => ({ step: 'abort', id })) },
    { weight: 1, arbitrary: ids.map((id): Step => ({ step: 'commit', id })) },
    {
      weight: 5,
      arbitrary: fc
        .constantFrom('roll', 'flush', 'sync', 'checkpoint', 'kill' as const)
        .map((each): Step => ({ step: each }) as Step),
    },
  );

  /** What the batches themselves say was aborted. */
  function abortedIn(stage: LogStage): unknown[] {
    const open = new Map<number, number>();
    const aborted: unknown[] = [];
    for (const each of stage.log.batches(0)) {
      const { baseOffset: firstOffset, isControl, lastOffset, producerId } = parseBatch(each) as BatchHeader;
      const first = open.get(producerId);
      if (!isControl) open.set(producerId, first ?? firstOffset);
      else if (first !== undefined) {
        const [control] = readControlRecords(each) as ControlRecord[];
        if (control!.type === ControlType.ABORT) aborted.push({ producerId, firstOffset: first, lastOffset });
        open.delete(producerId);
      }
    }
    return aborted;
  }

  function known(stage: LogStage): unknown[] {
    const all = stage.log.producers.abortedBetween(0, stage.log.logEndOffset);
    return all.map(({ firstOffset, lastOffset, producerId }) => ({ producerId, firstOffset, lastOffset }));
  }

  it('what was aborted is known, whatever of the index is lost', () => {
    let aborted = 0;
    const property = fc.property(
      fc.array(step, { minLength: 10, maxLength: 50 }),
      fc.array(fc.nat(), { minLength: 200, maxLength: 200 }),
      (steps, picks) => {
        const stage = new LogStage({ 'segment.bytes': 600 });
        const sequences = new Map<number, number>();
        let recoveryPoint = 0;
        for (const each of steps) {
          if (each.step === 'send') {
            const sequence = sequences.get(each.id) ?? 0;
            sequences.set(each.id, sequence + 1);
            appended(stage.log.appendAsLeader([dataOf(each.id, sequence)], 0, stage.out));
          } else if (each.step === 'abort' || each.step === 'commit')
            appended(stage.log.appendAsLeader([markerOf(each.id, each.step)], 0, stage.out, 'coordinator'));
          else if (each.step === 'roll') stage.log.roll();
          else if (each.step === 'flush') stage.log.flush();
          else if (each.step === 'sync') stage.settle();
          else if (each.step === 'checkpoint') recoveryPoint = stage.log.recoveryPoint;
          else {
            stage.disk.processCrash();
            stage.open({ recoveryPoint });
          }
          stage.log.advanceHighWatermark(stage.log.logEndOffset, 0, true, stage.out);
        }
        expect(known(stage)).toEqual(abortedIn(stage));
        let next = 0;
        stage.disk.powerLoss((bound) => picks[next++ % picks.length]! % bound);
        for (let boot = 0; boot < 2; boot++) {
          stage.open({ recoveryPoint });
          // The first segment was lost: what its snapshot tells of it the batches cannot.
          if (stage.log.firstSegmentBaseOffset > 0) return;
          expect(known(stage)).toEqual(abortedIn(stage));
          stage.disk.processCrash();
        }
        aborted += known(stage).length;
      },
    );
    fc.assert(property, { numRuns: 150 });
    expect(aborted).toBeGreaterThan(50);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DenseIndex } from '../../../sim/check/history/dense-index.ts';
import { NumberIndex } from '../../../sim/check/history/number-index.ts';
import {
  findAnomalies,
  type History,
  PollLog,
  SendLog,
  type SendOperation,
  scalarDetectors,
} from '../../../sim/check/index.ts';
import { findAnomalies as findByModel } from './history-model/detectors.ts';

const log = fc.constantFrom('t-0', 't-1', 'u-0');
/** Few of each, so that they meet; some far apart, as after a gap. */
const id = fc.integer({ min: 0, max: 24 }).map((n) => (n > 20 ? n * 2 ** 33 : n));
const recordOffset = fc.integer({ min: 0, max: 18 }).map((n) => (n > 16 ? n * 1_000_003 : n));

const send: fc.Arbitrary<SendOperation> = fc
  .record({
    client: fc.constantFrom('p1', 'p2'),
    invokedAt: fc.nat(50),
    lasted: fc.nat(20),
    outcome: fc.constantFrom('ok' as const, 'ok' as const, 'fail' as const, 'unknown' as const),
    isTransactional: fc.boolean(),
    writes: fc.array(fc.record({ log, id, recordOffset: fc.oneof(recordOffset, fc.constant(-1)) }), {
      maxLength: 4,
    }),
  })
  .map(({ lasted, ...rest }) => ({ ...rest, endedAt: rest.invokedAt + lasted }));

const records = fc.array(fc.tuple(recordOffset, id), { maxLength: 5 });
const poll = fc.record({
  client: fc.constantFrom('k1', 'k2'),
  at: fc.nat(70),
  reads: fc.array(
    fc.tuple(log, records).map(([name, pairs]) => ({
      log: name,
      offsets: pairs.map(([at]) => at),
      ids: pairs.map(([, value]) => value),
    })),
    { maxLength: 3 },
  ),
});

const history: fc.Arbitrary<History> = fc
  .record({
    sends: fc.array(send, { maxLength: 12 }),
    polls: fc.array(poll, { maxLength: 8 }),
    repositions: fc.array(fc.record({ client: fc.constantFrom('k1', 'k2'), at: fc.nat(70), log }), {
      maxLength: 2,
    }),
    readsUncommitted: fc.constantFrom(undefined, (client: string) => client === 'k1'),
  })
  .map(({ sends, polls, repositions, readsUncommitted }) => ({
    sends: sends.toSorted((a, b) => a.invokedAt - b.invokedAt),
    polls: polls.toSorted((a, b) => a.at - b.at),
    repositions: repositions.toSorted((a, b) => a.at - b.at),
    readsUncommitted,
  }));

describe('the columns of a history', () => {
  it('show the same anomalies, in the same order and words, as plain Maps', () => {
    fc.assert(
      fc.property(history, (one) => {
        expect(JSON.stringify(findAnomalies(one, null, scalarDetectors))).toBe(
          JSON.stringify(findByModel(one)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('show the same of a log of sends and of polls as of the operations that it tells', () => {
    fc.assert(
      fc.property(history, (one) => {
        const sends = new SendLog();
        const polls = new PollLog();
        for (const { writes, ...rest } of one.sends)
          for (const { id: value, log: where, recordOffset: baseOffset } of writes)
            sends.push({ ...rest, log: where, baseOffset }, [value]);
        for (const { at, client, reads } of one.polls) {
          polls.beginPoll(client, at);
          for (const read of reads) {
            polls.beginRead(read.log);
            for (let i = 0; i < read.ids.length; i++) polls.addRecord(read.offsets[i]!, read.ids[i]!);
          }
        }
        const told = { ...one, sends: [...sends], polls: [...polls] };
        expect(findAnomalies({ ...one, sends, polls })).toEqual(findAnomalies(told));
      }),
      { numRuns: 300 },
    );
  });

  it('number keys as a Map does, however far apart they are', () => {
    const key = fc.oneof(
      fc.nat(300),
      fc.maxSafeInteger(),
      fc.nat(500).map((n) => n * 4_096),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 600 }), key, (keys, other) => {
        for (const index of [new NumberIndex(), new DenseIndex()]) {
          const model = new Map<number, number>();
          for (const each of keys) {
            if (!model.has(each)) model.set(each, model.size);
            expect(index.add(each)).toBe(model.get(each));
          }
          expect([...index.keys()]).toEqual([...model.keys()]);
          expect(index.find(other)).toBe(model.get(other) ?? -1);
        }
      }),
      {
        examples: [
          [[], -1],
          [[-1, 0, -1], -1],
        ],
      },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { classify, RunWitness } from '../../../sim/check/index.ts';
import type { Violation } from '../../../sim/result/index.ts';
import { leads } from './facts.ts';

const LOG = '__transaction_state-1';

interface Story {
  /** Where the log of b3 ends when it is back. */
  readonly opensAt: number;
  /** What b3 is from 45 on. */
  readonly state: string;
  /** It leads before its power is lost, and again afterwards. */
  readonly before: boolean;
  readonly again: boolean;
}

/** b3 leads epoch 0 from 10 on, is back at 40, writes offset 26 again at 50; b4 leads epoch 1 from 60 on, at 28. */
function run({ again, before, opensAt, state }: Story): RunWitness {
  const witness = new RunWitness();
  witness.onFact(5, 'b3', { fact: 'broker state changed', state: 'RUNNING' });
  if (before) witness.onFact(10, 'b3', leads(LOG, 0, [3, 4]));
  witness.onFact(39, 'b3', { fact: 'broker state changed', state: 'STARTING' });
  const opened = { logStartOffset: 0, logEndOffset: opensAt };
  witness.onFact(40, 'b3', { fact: 'log opened', log: LOG, topicId: null, ...opened, highWatermark: 0 });
  if (again) witness.onFact(41, 'b3', leads(LOG, 0, [3, 4]));
  witness.onFact(45, 'b3', { fact: 'broker state changed', state });
  witness.onFact(60, 'b4', leads(LOG, 1, [4], 28));
  return witness;
}

const USUAL: Story = { opensAt: 26, state: 'STARTING', before: true, again: true };

function finding(check: string, at: number, evidence: Violation['evidence']): Violation {
  return { check, at, message: `${check} was seen`, evidence: { log: LOG, ...evidence } };
}

const TWICE = finding('EpochOffsetUnique', 50, { baseOffset: 26, leaderEpoch: 0, nodes: ['b3', 'b3'] });
const differ = (recordOffset: number, log = LOG) =>
  finding('ReplicasIdentical', 90, { log, recordOffset, nodes: ['b3', 'b4'] });
const follows = (offsetBefore: number) => finding('TransactionStates', 80, { offsetBefore });

/** What is left of them as violations. */
function left(story: Partial<Story>, ...violations: Violation[]): string[] {
  const found = classify({ violations, allowed: [] }, run({ ...USUAL, ...story }));
  return found.violations.map(({ check }) => check);
}

describe('a leader of before its restart', () => {
  it('explains an offset of its epoch that is taken twice, with the times', () => {
    const { violations, weaknesses } = classify({ violations: [TWICE], allowed: [] }, run(USUAL));
    expect(violations).toEqual([]);
    expect(weaknesses[0]).toMatchObject({
      weakness: 'leader of before its restart writes on',
      message:
        'EpochOffsetUnique was seen (b3, back since 0.000040 s and not running yet, wrote offset 26 in its former epoch 0 at 0.000050 s)',
      evidence: { baseOffset: 26, nodes: ['b3', 'b3'], taken: { node: 'b3', leaderEpoch: 0, since: 40 } },
    });
  });

  it('explains nothing once its broker is running, which has another epoch by then', () => {
    expect(left({ state: 'RUNNING' }, TWICE)).toEqual(['EpochOffsetUnique']);
    expect(left({ state: 'RECOVERY' }, TWICE)).toEqual([]);
  });

  it('explains nothing when its log had not come back shorter, or it does not lead, or did not', () => {
    expect(left({ opensAt: 27 }, TWICE)).toEqual(['EpochOffsetUnique']);
    expect(left({ again: false }, TWICE)).toEqual(['EpochOffsetUnique']);
    expect(left({ before: false }, TWICE)).toEqual(['EpochOffsetUnique']);
  });

  it('explains what follows of it in that log and epoch, and nothing without it', () => {
    expect(left({}, TWICE, differ(26), follows(27))).toEqual([]);
    expect(left({}, TWICE, differ(25), follows(28))).toEqual(['ReplicasIdentical', 'TransactionStates']);
    expect(left({}, TWICE, differ(26, '__transaction_state-2'))).toEqual(['ReplicasIdentical']);
    expect(left({}, differ(26), follows(26))).toEqual(['ReplicasIdentical', 'TransactionStates']);
  });
});

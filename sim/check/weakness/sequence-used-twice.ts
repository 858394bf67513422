import type { Violation } from '../../result/index.ts';
import type { ClientTransaction } from './client-transaction.ts';
import { seconds } from './delayed-end-txn.ts';
import type { EndedStretch, RunWitness } from './run-witness.ts';
import type { Explanation, Weakness } from './weakness.ts';

/**
 * A producer of TV1 that is told that a batch of its transaction failed goes back to the sequence before it, and keeps
 * its epoch when it was committing already (`TransactionManager.maybeTransitionToErrorState`). If an attempt of before
 * was written, and its answer lost, the next batch of that many records is a repetition to the leader.
 *
 *     leader        A1 A2 A3 (answer lost)   abort   B1 B2 B3: answered with the offset of A1, and dropped
 */
export const sequenceUsedTwice: Weakness = {
  id: 'sequence used twice after an abort',
  issue: 'KIP-890 part 1, KIP-360',
  sentence:
    'A batch is taken for the repetition of one of an aborted transaction, whose sequence its producer has given out again: acknowledged, and not written.',
  under: 'transaction.version 0 and 1, where the transactions of a producer share an epoch and its sequences',
  recognisedBy:
    'a lost value acknowledged at an offset within what an abort ended of the same producer and epoch, before the value’s own transaction began',
  excuses: true,
  explain(finding, run): Explanation | null {
    const { check, evidence } = finding;
    if (check === 'poll-skip' || check === 'int-poll-skip') return explainSkip(evidence, run);
    const { id, log, recordOffset } = evidence;
    if (check !== 'lost' && check !== 'lost-write') return null;
    if (typeof id !== 'number' || typeof log !== 'string' || typeof recordOffset !== 'number') return null;
    const taken = takenFor(run, log, id, recordOffset);
    if (taken === null) return null;
    const { aborted, sender } = taken;
    return {
      words: `offset ${recordOffset} is within what the abort at offset ${aborted.lastOffset} ended at ${seconds(aborted.at)}; transaction ${sender.number} of the same producer and epoch, which was told that its value stands there, began at ${seconds(sender.beganAt)}`,
      evidence: { aborted, sender },
    };
  },
};

/** All that was passed over was acknowledged in the place of something else. */
function explainSkip(evidence: Violation['evidence'], run: RunWitness): Explanation | null {
  const { from, log, to } = evidence;
  if (typeof from !== 'number' || typeof to !== 'number' || typeof log !== 'string') return null;
  let passed = 0;
  for (const { outcome, writes } of run.history.sends) {
    if (outcome !== 'ok') continue;
    for (const { id, log: of, recordOffset } of writes) {
      if (of !== log || recordOffset <= from || recordOffset >= to) continue;
      if (takenFor(run, log, id, recordOffset) === null) return null;
      passed++;
    }
  }
  return passed === 0
    ? null
    : { words: `${passed} values that were passed over have the place of others`, evidence: {} };
}

function takenFor(
  run: RunWitness,
  log: string,
  id: number,
  recordOffset: number,
): { readonly aborted: EndedStretch; readonly sender: ClientTransaction } | null {
  const sender = run.senderOf(id);
  if (sender === null) return null;
  const aborted = run
    .stretches(log)
    .find(
      ({ at, firstOffset, isCommit, lastOffset, producerEpoch, producerId }) =>
        !isCommit &&
        at < sender.beganAt &&
        producerId === sender.producerId &&
        producerEpoch === sender.producerEpoch &&
        firstOffset <= recordOffset &&
        recordOffset < lastOffset,
    );
  return aborted === undefined ? null : { aborted, sender };
}

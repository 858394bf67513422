import { seconds } from './delayed-end-txn.ts';
import { type PassedOver, passedOver } from './passed-over.ts';
import type { RunWitness } from './run-witness.ts';
import type { Explanation, Weakness } from './weakness.ts';

/**
 * A producer of TV1 that is told that a batch of its transaction failed goes back to the sequence before it, and keeps
 * its epoch when it was committing already (`TransactionManager.maybeTransitionToErrorState`). If an attempt of before
 * was written, and its answer lost, the next batch of that many records is a repetition to the leader.
 *
 *     leader        A1 A2 A3 (answer lost)   abort   B1 B2 B3: answered with the offset of A1, and dropped
 *
 * Or the attempt of before comes when the next transaction has the partition: what was aborted is committed with it.
 *
 *     leader        abort   A1 A2 A3 (late)   B1 B2 B3: answered with the offset of A1, and dropped   commit
 */
export const sequenceUsedTwice: Weakness = {
  id: 'sequence used twice after an abort',
  issue: 'KIP-890 part 1, KIP-360',
  sentence:
    'A batch is taken for the repetition of one of an aborted transaction, whose sequence its producer has given out again: acknowledged, and not written.',
  under: 'transaction.version 0 and 1, where the transactions of a producer share an epoch and its sequences',
  recognisedBy:
    'a value acknowledged at an offset within what an abort ended of the same producer and epoch, before the value’s own transaction began, or where a value was read of a transaction that this producer had aborted by then',
  excuses: true,
  explain(finding, run): Explanation | null {
    const passed = passedOver(finding, run);
    if (passed !== null) {
      const isTaken = passed.every((value) => takenFor(run, value) !== null);
      const words = `${passed.length} values that were passed over have the place of others`;
      return isTaken ? { words, evidence: {} } : null;
    }
    const { check, evidence } = finding;
    const { id, ids, log, recordOffset } = evidence;
    if (typeof log !== 'string' || typeof recordOffset !== 'number') return null;
    if (check === 'inconsistent-offsets' && Array.isArray(ids)) return twoAt(run, log, recordOffset, ids);
    if (check !== 'lost' && check !== 'lost-write') return null;
    return typeof id === 'number' ? takenFor(run, { id, log, recordOffset }) : null;
  },
};

/** One of the values was read there; each of the others is acknowledged in its place. */
function twoAt(
  run: RunWitness,
  log: string,
  recordOffset: number,
  ids: readonly unknown[],
): Explanation | null {
  const standing = run.committedAt(log, recordOffset);
  const others = ids.filter((id): id is number => typeof id === 'number' && id !== standing);
  const taken = others.map((id) => takenFor(run, { id, log, recordOffset }));
  return standing === null || taken.includes(null) ? null : (taken[0] ?? null);
}

/** Whose place an acknowledged value was given, in words. */
function takenFor(run: RunWitness, { id, log, recordOffset }: PassedOver): Explanation | null {
  const sender = run.senderOf(id);
  if (sender === null) return null;
  const { beganAt, number, producerEpoch, producerId } = sender;
  const told = `transaction ${number} of the same producer and epoch, which was told that its value stands there, began at ${seconds(beganAt)}`;
  const aborted = run
    .stretches(log)
    .find(
      (each) =>
        !each.isCommit &&
        each.at < beganAt &&
        each.producerId === producerId &&
        each.producerEpoch === producerEpoch &&
        each.firstOffset <= recordOffset &&
        recordOffset < each.lastOffset,
    );
  if (aborted !== undefined)
    return {
      words: `offset ${recordOffset} is within what the abort at offset ${aborted.lastOffset} ended at ${seconds(aborted.at)}; ${told}`,
      evidence: { aborted, sender },
    };
  const standing = run.committedAt(log, recordOffset);
  const before = standing === null ? null : run.senderOf(standing);
  if (before === null || before.producerId !== producerId || before.producerEpoch !== producerEpoch)
    return null;
  if (before.abortAskedAt < 0 || before.endedAt < 0 || before.endedAt > beganAt) return null;
  return {
    words: `at offset ${recordOffset} stands value ${standing} of transaction ${before.number}, which its producer aborted at ${seconds(before.abortAskedAt)} and which came late; ${told}`,
    evidence: { before, sender },
  };
}

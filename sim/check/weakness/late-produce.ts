import { seconds } from './delayed-end-txn.ts';
import type { Explanation, Weakness } from './weakness.ts';

/**
 * A batch that the network held up until its transaction was aborted, and that lands when the next one of the same
 * epoch has the partition: nothing tells that it is not of that one.
 */
export const lateProduce: Weakness = {
  id: 'late batch joins the next transaction',
  issue: 'KIP-890 part 2',
  sentence:
    'A batch that was held up until its transaction had been aborted is taken for one of the next transaction, and committed with it.',
  under: 'transaction.version 0 and 1, where the transactions of a producer share an epoch',
  recognisedBy:
    'a value of a transaction that its client aborted, read within what the commit of a later transaction of the same producer and epoch ended, begun after the first had ended',
  excuses: true,
  explain({ check, evidence }, run): Explanation | null {
    const { id, log } = evidence;
    if (check !== 'G1a' || typeof id !== 'number' || typeof log !== 'string') return null;
    const sender = run.senderOf(id);
    const read = run.readOf(log, id);
    if (sender === null || read === null || sender.endedAt < 0 || sender.commitAskedAt >= 0) return null;
    const ended = run
      .stretches(log)
      .find(
        ({ firstOffset, lastOffset, producerId }) =>
          producerId === sender.producerId &&
          firstOffset <= read.recordOffset &&
          read.recordOffset < lastOffset,
      );
    if (ended === undefined || !ended.isCommit || ended.producerEpoch !== sender.producerEpoch) return null;
    const next = run.transactions.find(
      ({ beganAt, client, commitAskedAt, producerEpoch, producerId }) =>
        client === sender.client &&
        producerId === sender.producerId &&
        producerEpoch === sender.producerEpoch &&
        beganAt >= sender.endedAt &&
        commitAskedAt >= 0 &&
        commitAskedAt <= ended.at,
    );
    if (next === undefined) return null;
    return {
      words: `value ${id} is of transaction ${sender.number}, aborted at ${seconds(sender.endedAt)}; it stands in what the commit at offset ${ended.lastOffset} ended at ${seconds(ended.at)}, which is that of a later transaction of producer ${sender.producerId} epoch ${sender.producerEpoch}`,
      evidence: { sender, next, ended },
    };
  },
};

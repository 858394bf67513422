import { describe, expect, it } from 'vitest';
import { PartitionSet, TransactionMetadata, TransactionState } from '../../../engine/coordinator/index.ts';
import { newTransaction } from '../../../engine/coordinator/transaction/transaction-metadata.ts';
import { pending } from '../../../sim/check/index.ts';
import { cluster } from './views.ts';

function said(state: TransactionState, txnTimeoutMs = 60_000): string[] {
  const topicPartitions = PartitionSet.of([{ topic: 't', partitions: [0] }]);
  const fields = { ...newTransaction(7, txnTimeoutMs, 0), producerEpoch: 3, state, topicPartitions };
  const views = cluster({});
  const transactions = () => [new TransactionMetadata('x', fields)];
  Object.assign(views.brokers[1]!.view!, { transactions });
  return pending(views);
}

describe('a cluster at rest', () => {
  it('waits for transactions that are open, or whose markers are not written everywhere', () => {
    expect(said(TransactionState.ONGOING)).toEqual([
      'transaction x is Ongoing, by its coordinator b2: producer 7 epoch 3, 1 partitions, time-out 60000 ms',
    ]);
    expect(said(TransactionState.PREPARE_ABORT)[0]).toMatch(/^transaction x is PrepareAbort/);
    expect(said(TransactionState.COMPLETE_COMMIT)).toEqual([]);
    expect(said(TransactionState.EMPTY)).toEqual([]);
  });

  it('does not wait for one that somebody outside ends (KIP-939)', () => {
    expect(said(TransactionState.ONGOING, 2 ** 31 - 1)).toEqual([]);
    expect(said(TransactionState.PREPARE_COMMIT, 2 ** 31 - 1)).toHaveLength(1);
  });
});

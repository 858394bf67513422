import { describeTransactionState, TransactionState } from '../../../engine/coordinator/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

const ENDED: ReadonlySet<TransactionState> = new Set([
  TransactionState.EMPTY,
  TransactionState.COMPLETE_COMMIT,
  TransactionState.COMPLETE_ABORT,
  TransactionState.DEAD,
]);

/**
 * Which transaction has not come to its end: its producer ends it, or its coordinator does when its time is over
 * (`transaction.timeout.ms`, looked at every `transaction.abort.timed.out.transaction.cleanup.interval.ms`), and markers
 * are written until every partition has them.
 */
export function transactionsPending({ brokers }: Pick<ClusterViews, 'brokers'>, said: string[]): void {
  for (const { name, view } of brokers)
    for (const { fields, isTwoPhaseCommit, pendingState, state, transactionalId } of view?.transactions() ??
      []) {
      if (ENDED.has(state) && pendingState === null) continue;
      if (isTwoPhaseCommit && state === TransactionState.ONGOING) continue;
      const { producerEpoch, producerId, topicPartitions, txnTimeoutMs } = fields;
      said.push(
        `transaction ${transactionalId} is ${describeTransactionState(pendingState ?? state)}, by its coordinator ${name}: producer ${producerId} epoch ${producerEpoch}, ${topicPartitions.size} partitions, time-out ${txnTimeoutMs} ms`,
      );
    }
}

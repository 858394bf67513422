import type { TransactionMetadata } from '../../../engine/coordinator/index.ts';
import { describeFields, TransactionState } from '../../../engine/coordinator/index.ts';
import type { Violation } from '../../result/index.ts';
import type { ClusterViews } from '../cluster-views.ts';

export const NO_HANGING_TRANSACTION = {
  name: 'NoHangingTransaction',
  property: 'At the end no partition has a transaction open that its coordinator does not have.',
} as const;

const OPEN: readonly TransactionState[] = [
  TransactionState.ONGOING,
  TransactionState.PREPARE_COMMIT,
  TransactionState.PREPARE_ABORT,
];

/** What leaders have open against what coordinators have, at rest. A producer that no coordinator knows is left out. */
export function validateHangingTransactions(at: number, views: ClusterViews): Violation[] {
  const coordinated = new Map<number, TransactionMetadata>();
  for (const { view } of views.brokers)
    for (const metadata of view?.transactions() ?? []) coordinated.set(metadata.fields.producerId, metadata);
  if (coordinated.size === 0) return [];
  const violations: Violation[] = [];
  for (const { name, view } of views.brokers) {
    for (const { index, log, name: logName, role, topic } of view?.replicas() ?? []) {
      if (role.kind !== 'leader' || log === null) continue;
      for (const { producerId, transactionFrom } of log.producers.entries()) {
        const metadata = coordinated.get(producerId);
        if (transactionFrom < 0 || metadata === undefined) continue;
        const isOpen = OPEN.includes(metadata.state) && metadata.fields.topicPartitions.has(topic, index);
        // A marker that is acknowledged takes its partition out before the transaction is complete.
        if (isOpen || metadata.pendingState !== null) continue;
        violations.push({
          check: NO_HANGING_TRANSACTION.name,
          at,
          message: `${logName}: on ${name} a transaction of producer ${producerId} is open from offset ${transactionFrom}, and its coordinator has ${describeFields(metadata.fields)}`,
          evidence: { log: logName, node: name, producerId, transactionFrom },
        });
      }
    }
  }
  return violations;
}

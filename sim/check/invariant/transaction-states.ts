import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import { describeEntry, type TransactionEntry, type TransactionState } from '../shadow/transaction-entry.ts';

const SETTLED: readonly TransactionState[] = ['Empty', 'CompleteCommit', 'CompleteAbort'];

/**
 * From which states a coordinator may go on to a state (`TransactionState.VALID_PREVIOUS_STATES`). With transactions of
 * version 2 a client that does not know where it stands aborts, from whatever is settled (KIP-890).
 */
const LEGAL_PREVIOUS: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  Empty: SETTLED,
  Ongoing: [...SETTLED, 'Ongoing'],
  PrepareCommit: ['Ongoing'],
  PrepareAbort: [...SETTLED, 'Ongoing'],
  CompleteCommit: ['PrepareCommit'],
  CompleteAbort: ['PrepareAbort'],
  Dead: SETTLED,
  // Never written: it stands for something that is on its way.
  PrepareEpochFence: [],
};

/**
 * What a coordinator writes of a transactional id follows from what is replicated of it, or what it loaded, by the
 * table of transitions; the epoch of a producer id never falls.
 */
export class TransactionStates implements Invariant {
  readonly name = 'TransactionStates';
  readonly property =
    'A transactional id goes through legal states only, and the epoch of its producer id never falls.';
  readonly facts = ['log appended'] as const;

  onFact(at: number, node: string, _fact: Fact, shadow: ClusterShadow, report: Report): void {
    for (const entry of shadow.transactions.entries.written) {
      const { basis } = entry;
      if (basis === null) continue;
      const why = rejectTransition(basis, entry);
      if (why === null) continue;
      report({
        check: this.name,
        at,
        message: `${node} wrote ${describeEntry(entry)} ${why} ${describeEntry(basis)}`,
        evidence: {
          log: entry.log,
          node,
          transactionalId: entry.transactionalId,
          state: entry.state,
          producerEpoch: entry.producerEpoch,
          stateBefore: basis.state,
          producerEpochBefore: basis.producerEpoch,
          offsetBefore: basis.recordOffset,
        },
      });
    }
  }
}

function rejectTransition(from: TransactionEntry, to: TransactionEntry): string | null {
  // The id was forgotten, and begins anew.
  if (from.state === 'Dead') return null;
  if (!LEGAL_PREVIOUS[to.state].includes(from.state)) return 'which must not follow';
  if (to.state === 'Dead') return null;
  if (to.producerId === from.producerId && to.producerEpoch < from.producerEpoch)
    return 'with a lower epoch than';
  return null;
}

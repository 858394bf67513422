import type { Fact } from '../../../engine/machine/index.ts';
import type { ClientFact, Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';

/**
 * A reader with `isolation.level=read_committed` gets nothing that is not stable on some replica, and nothing that an
 * aborted transaction wrote, whatever the list of aborted transactions that came with it said (KIP-98).
 */
export class CommittedReads implements Invariant {
  readonly name = 'CommittedReads';
  readonly property =
    'A reader of committed records gets none at or above the last stable offset, and none of an aborted transaction.';
  readonly facts: readonly Fact['fact'][] = [];

  onFact(): void {
    // Judged by what readers get.
  }

  onClient(at: number, fact: ClientFact, shadow: ClusterShadow, report: Report): void {
    if (fact.kind !== 'read' || !fact.isCommitted) return;
    const ledger = shadow.transactions.ledger(fact.log);
    if (ledger === undefined) return;
    const { client, log, recordOffset, records } = fact;
    if (recordOffset >= ledger.stableEnd) {
      report({
        check: this.name,
        at,
        message: `${log}: ${client} read offset ${recordOffset} with read_committed, and no replica is stable beyond ${ledger.stableEnd}`,
        evidence: { log, client, recordOffset, stableEnd: ledger.stableEnd },
      });
    }
    if (ledger.aborted.isEmpty) return;
    for (let i = 0; i < records.length; i++) {
      const { offset } = records[i]!;
      if (!ledger.aborted.has(offset)) continue;
      report({
        check: this.name,
        at,
        message: `${log}: ${client} read offset ${offset} with read_committed, which an aborted transaction wrote`,
        evidence: { log, client, recordOffset: offset },
      });
      return;
    }
  }
}

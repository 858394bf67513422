import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { ProducerWrite } from '../shadow/producer-write.ts';
import { contradictionOf, type TransactionDecision } from '../shadow/transaction-decision.ts';
import { describeEntry } from '../shadow/transaction-entry.ts';

/** Kafka's own: a coordinator carries out what it loads before that is replicated. */
const DECIDED_TWICE = 'decision carried out right after a load and lost with the coordinator';
/** Every transaction has an epoch of its own. */
const EPOCH_BUMP_VERSION = 2;
/** Kafka's own: before version 2 a marker does not say which transaction it ends (KIP-1228). */
const LATE_MARKER = 'late marker of an earlier transaction in the same epoch (TV0, TV1)';

/**
 * All or nothing: in every partition a transaction ends as its coordinator decided, so the markers of one transaction
 * are all of one kind. A marker that ends something is compared with the decision that it must come from.
 *
 * Two weaknesses of Kafka's are told apart and named. A coordinator that takes over sends the markers of a decision
 * that it found at the end of its log at once, though only it may have that record (`loadTransactionMetadata` does not
 * wait for the high watermark); if it is lost, the next one may decide otherwise. And before version 2 of transactions
 * a marker that was under way for long ends whatever is open then.
 */
export class OneOutcome implements Invariant {
  readonly name = 'OneOutcome';
  readonly property =
    'A transaction ends in every partition as its coordinator decided: commit and abort are never both written.';
  readonly facts = ['log appended'] as const;

  onFact(at: number, node: string, _fact: Fact, shadow: ClusterShadow, report: Report): void {
    const { entries, write } = shadow.transactions;
    if (write === null || write.marker === null) return;
    const decision = entries.decisionOn(write.producerId);
    // Of no coordinator: an administrator ends what hangs (KIP-664).
    if (decision === undefined) return;
    const { isCommit } = write.marker;
    const isItsOwn = write.producerEpoch === decision.entry.producerEpoch && isCommit === decision.isCommit;
    const isEarlier = write.openBefore >= 0 && (decision.isOver || !isItsOwn);
    if (isItsOwn && !decision.isOver) {
      decision.marked.add(write.ledger.log);
      if (write.marker.coordinatorEpoch > decision.entry.leaderEpoch) decision.isLoaded = true;
      const other = contradictionOf(decision);
      if (other !== null) this.#report(at, node, write, decision, other, report);
    } else if (isEarlier) this.#report(at, node, write, decision, null, report);
  }

  #report(
    at: number,
    node: string,
    write: ProducerWrite,
    decision: TransactionDecision,
    other: TransactionDecision | null,
    report: Report,
  ): void {
    const { baseOffset, ledger, producerEpoch, producerId } = write;
    const kind = write.marker?.isCommit === true ? 'commit' : 'abort';
    const decided = `${describeEntry(decision.entry)}${decision.isOver ? ', which is over' : ''}`;
    const why =
      other === null
        ? `the decision is ${decided}`
        : `${[...other.marked].join(', ')} had it from ${describeEntry(other.entry)}`;
    const isSameEpoch = producerEpoch === decision.entry.producerEpoch;
    const isLate = other === null && decision.isOver && isSameEpoch;
    const mayBeLate = isLate && decision.entry.transactionVersion < EPOCH_BUMP_VERSION;
    const isLostByLoader = other?.isLost === true && other.isLoaded;
    const weakness = isLostByLoader ? DECIDED_TWICE : mayBeLate ? LATE_MARKER : null;
    report({
      check: this.name,
      at,
      message: `${ledger.log}: ${node} ended producer ${producerId} epoch ${producerEpoch} by ${kind} at offset ${baseOffset}, and ${why}`,
      evidence: {
        log: ledger.log,
        node,
        producerId,
        producerEpoch,
        baseOffset,
        kind,
        transactionalId: decision.entry.transactionalId,
        ...(weakness === null ? {} : { weakness }),
      },
    });
  }
}

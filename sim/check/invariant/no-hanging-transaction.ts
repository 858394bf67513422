import type { Fact } from '../../../engine/machine/index.ts';
import type { Invariant, Report } from '../contract.ts';
import type { ClusterShadow } from '../shadow/cluster-shadow.ts';
import type { ProducerWrite } from '../shadow/producer-write.ts';
import {
  describeEntry,
  hasPartition,
  isComplete,
  isDecision,
  type TransactionEntry,
} from '../shadow/transaction-entry.ts';

/**
 * A transaction is open in a partition only while its coordinator has it: a write that opens one after the coordinator
 * has ended it, or in a partition that is not in it, is ended by nobody, and holds the last stable offset for ever
 * (KIP-890, KAFKA-14402). Judged where the write opens it, and where the coordinator tells that all is done.
 */
export class NoHangingTransaction implements Invariant {
  readonly name = 'NoHangingTransaction';
  readonly property =
    'The last stable offset never waits for a transaction that its coordinator has ended, or does not have.';
  readonly facts = ['log appended', 'transaction changed'] as const;
  /** By log and producer: where the transaction begins that was reported. */
  readonly #reported = new Map<string, number>();

  onFact(at: number, node: string, fact: Fact, shadow: ClusterShadow, report: Report): void {
    if (fact.fact === 'transaction changed') {
      const isDone = fact.state === 'CompleteCommit' || fact.state === 'CompleteAbort';
      if (isDone) this.#judgeEnd(at, node, fact.transactionalId, shadow, report);
      return;
    }
    const { entries, write } = shadow.transactions;
    if (write === null || write.marker !== null || !write.isTransactional || write.openBefore >= 0) return;
    const entry = entries.byProducer(write.producerId);
    const why = entry === undefined ? null : this.#whyHanging(write, entry, shadow);
    if (entry === undefined || why === null) return;
    this.#report(at, write.ledger.log, write.producerId, write.baseOffset, report, {
      words: `${node} appended to producer ${write.producerId} epoch ${write.producerEpoch} at offset ${write.baseOffset} what opens a transaction, and ${why}`,
      entry,
    });
  }

  /** Null: the coordinator has it open here, or will write the marker that ends it. */
  #whyHanging(write: ProducerWrite, entry: TransactionEntry, shadow: ClusterShadow): string | null {
    const { ledger, producerEpoch, producerId } = write;
    const isIn = hasPartition(entry, ledger.topic, ledger.partition);
    if (entry.state === 'Ongoing') {
      if (!isIn) return 'the partition is not in its transaction';
      return producerEpoch === entry.producerEpoch
        ? null
        : `its transaction has epoch ${entry.producerEpoch}`;
    }
    if (!isDecision(entry.state)) return 'none is open';
    const marked = shadow.transactions.entries.decisionOn(producerId)?.marked;
    if (marked?.has(ledger.log) === true) return 'the marker that ends it is here already';
    return isIn ? null : 'the partition is not in its transaction';
  }

  /** All markers are written: nothing of the transaction may be open. */
  #judgeEnd(at: number, node: string, transactionalId: string, shadow: ClusterShadow, report: Report): void {
    const { entries, withOpen } = shadow.transactions;
    const entry = entries.entryOf(transactionalId);
    // Another transaction may have begun since, with another coordinator: what is open is that one's.
    if (entry === undefined || !isComplete(entry.state) || withOpen.size === 0) return;
    const producerId = entry.previousProducerId;
    for (const ledger of withOpen) {
      if (ledger.open.size === 0) {
        withOpen.delete(ledger);
        continue;
      }
      const state = ledger.get(producerId);
      if (state === undefined || state.openFrom < 0) continue;
      this.#report(at, ledger.log, producerId, state.openFrom, report, {
        words: `${node} has ended all that producer ${producerId} had open, and offset ${state.openFrom} still is`,
        entry,
      });
    }
  }

  #report(
    at: number,
    log: string,
    producerId: number,
    openFrom: number,
    report: Report,
    { entry, words }: { readonly words: string; readonly entry: TransactionEntry },
  ): void {
    const key = `${log} ${producerId}`;
    if (this.#reported.get(key) === openFrom) return;
    this.#reported.set(key, openFrom);
    report({
      check: this.name,
      at,
      message: `${log}: ${words} (${describeEntry(entry)})`,
      evidence: { log, producerId, openFrom, transactionalId: entry.transactionalId, state: entry.state },
    });
  }
}

import type { Fact } from '../../../engine/machine/index.ts';
import { ProducerLedger } from './producer-ledger.ts';
import type { ProducerWrite } from './producer-write.ts';
import type { ReplicaShadow } from './replica-shadow.ts';
import { TransactionLedger } from './transaction-ledger.ts';

const TRANSACTION_TOPIC = '__transaction_state';

/** Producers at their partitions, and transactions at their coordinators, as the logs tell them. */
export class TransactionsShadow {
  readonly entries = new TransactionLedger();
  /** Logs in which a transaction may be open. */
  readonly withOpen = new Set<ProducerLedger>();
  readonly #ledgers = new Map<string, ProducerLedger>();
  readonly #write: ProducerWrite = emptyWrite();
  #isWrite = false;

  /** What the last `log appended` told of a producer, when a leader appended it; null: nothing. */
  get write(): ProducerWrite | null {
    return this.#isWrite ? this.#write : null;
  }

  ledger(log: string): ProducerLedger | undefined {
    return this.#ledgers.get(log);
  }

  onAppended(replica: ReplicaShadow, fact: Extract<Fact, { fact: 'log appended' }>): void {
    this.#isWrite = false;
    if (this.entries.written.length > 0) this.entries.written.length = 0;
    if (!replica.leader || fact.leaderEpoch !== replica.leaderEpoch) return;
    let ledger = this.#ledgers.get(fact.log);
    if (ledger === undefined) this.#ledgers.set(fact.log, (ledger = new ProducerLedger(fact.log)));
    this.#isWrite = ledger.append(replica, fact, this.#write);
    if (ledger.open.size > 0) this.withOpen.add(ledger);
    if (ledger.topic === TRANSACTION_TOPIC) this.entries.append(fact);
  }

  onReplicated(node: string, fact: Extract<Fact, { fact: 'high watermark advanced' }>): void {
    const ledger = this.#ledgers.get(fact.log);
    if (ledger === undefined) return;
    if (fact.leader && node === ledger.leader) ledger.onReplicated(fact.highWatermark);
    if (fact.lastStableOffset > ledger.stableEnd) ledger.stableEnd = fact.lastStableOffset;
  }

  onReloaded({ log, logEndOffset, logStartOffset, node }: ReplicaShadow): void {
    const ledger = this.#ledgers.get(log);
    ledger?.onReloaded(node, logStartOffset, logEndOffset);
    if (ledger?.topic === TRANSACTION_TOPIC && ledger.leader === node)
      this.entries.onReloaded(log, logEndOffset);
  }

  onForgotten({ log, logEndOffset, node }: ReplicaShadow, producerIds: readonly number[]): void {
    this.#ledgers.get(log)?.forget(node, producerIds, logEndOffset);
  }

  /** Nobody ends what is open in it. */
  onRemoved(log: string): void {
    const ledger = this.#ledgers.get(log);
    if (ledger === undefined) return;
    this.#ledgers.delete(log);
    this.withOpen.delete(ledger);
  }
}

function emptyWrite(): ProducerWrite {
  return {
    ledger: new ProducerLedger(''),
    node: '',
    baseOffset: -1,
    lastOffset: -1,
    producerId: -1,
    producerEpoch: -1,
    baseSequence: -1,
    isTransactional: false,
    marker: null,
    isKnown: false,
    epochBefore: -1,
    lastSequenceBefore: -1,
    coordinatorEpochBefore: -1,
    openBefore: -1,
  };
}

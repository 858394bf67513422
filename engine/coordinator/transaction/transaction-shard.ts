import type { Outbox, Us } from '../../machine/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import type { CoordinatorShard, Decision, Settle, ShardContext } from '../runtime/index.ts';
import { type AddPartitions, decideAddPartitions } from './decide-add-partitions.ts';
import { decideEndTxn, type EndAnswer, type EndTxn, endAnswer } from './decide-end-txn.ts';
import { decideInitProducerId, type ExpectedProducer } from './decide-init-producer-id.ts';
import type { PendingCompletion } from './pending-completion.ts';
import type { ProducerIdBlocks } from './producer-id-blocks.ts';
import type { TransactionRecord } from './records/index.ts';
import { transactionLogError } from './transaction-log-error.ts';
import {
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  newTransaction,
  type TransactionFields,
  TransactionMetadata,
} from './transaction-metadata.ts';
import { describeTransactionState, isSettled, TransactionState } from './transaction-state.ts';
import { fieldsOfValue, transactionRecord, transactionTombstone } from './transaction-values.ts';
import { bumpsEpoch } from './transaction-version.ts';

/** What a shard needs of the coordinator around it. */
export interface ShardPorts {
  readonly blocks: ProducerIdBlocks;
  /** The finalized level of transaction.version. */
  readonly transactionVersion: () => number;
  /** The leader epoch in which a partition was loaded. */
  readonly coordinatorEpoch: (partition: number) => number;
  readonly addMarkers: (now: Us, pending: PendingCompletion, out: Outbox) => void;
  readonly retryCompletion: (now: Us, pending: PendingCompletion, out: Outbox) => void;
  readonly removeMarkers: (partition: number) => void;
}

/** Who hears what became of a request: its error, and the producer that the client goes on with. */
export type ProducerAnswer = (
  now: Us,
  errorCode: number,
  producerId: number,
  producerEpoch: number,
  out: Outbox,
) => void;

type TransactionDecision = Decision<TransactionRecord>;

/**
 * The transactional ids of one partition of `__transaction_state` (`TransactionStateManager`).
 *
 * Unlike the shards of groups it is not a timeline: what is decided shows when it is replicated. Until then it is
 * pending, and whoever else wants something of the id hears CONCURRENT_TRANSACTIONS.
 */
export class TransactionShard implements CoordinatorShard<TransactionRecord> {
  readonly #context: ShardContext<TransactionRecord>;
  readonly #ports: ShardPorts;
  readonly #ids = new Map<string, TransactionMetadata>();

  constructor(context: ShardContext<TransactionRecord>, ports: ShardPorts) {
    this.#context = context;
    this.#ports = ports;
  }

  get(transactionalId: string): TransactionMetadata | undefined {
    return this.#ids.get(transactionalId);
  }

  /** In the order in which they came. */
  all(): IterableIterator<TransactionMetadata> {
    return this.#ids.values();
  }

  replay(_offset: number, _producerId: number, _producerEpoch: number, record: TransactionRecord): void {
    const { transactionalId } = record.key;
    if (record.value === null) this.#ids.delete(transactionalId);
    else
      this.#ids.set(transactionalId, new TransactionMetadata(transactionalId, fieldsOfValue(record.value)));
  }

  replayEndTransactionMarker(): void {
    // Nobody writes to this topic in transactions.
  }

  /**
   * What was decided is carried out, by this coordinator now. Kafka does not wait for the end of what it loaded to be
   * replicated either: a decision that only this replica knows goes out, and is lost if it is lost next.
   */
  onLoaded(now: Us, out: Outbox): void {
    for (const metadata of this.#ids.values()) {
      const { state } = metadata;
      if (state !== TransactionState.PREPARE_COMMIT && state !== TransactionState.PREPARE_ABORT) continue;
      out.probe('transactions: decided transaction is carried out after a load');
      this.#sendMarkers(now, metadata, out);
    }
  }

  onUnloaded(): void {
    this.#ports.removeMarkers(this.#context.partition);
  }

  onMetadata(): void {
    // Markers look for their leaders when they are sent.
  }

  initProducerId(
    now: Us,
    transactionalId: string,
    txnTimeoutMs: number,
    expected: ExpectedProducer | null,
    answer: ProducerAnswer,
    out: Outbox,
  ): TransactionDecision | number {
    const nowMs = this.#context.wall.nowMs();
    const nextProducerId = () => this.#anotherProducerId(now, out);
    let metadata = this.#ids.get(transactionalId);
    if (metadata === undefined) {
      const taken = this.#ports.blocks.take(now, out);
      if (typeof taken === 'number') return taken;
      metadata = new TransactionMetadata(transactionalId, newTransaction(taken.id, txnTimeoutMs, nowMs));
      this.#ids.set(transactionalId, metadata);
    }
    const next = decideInitProducerId(metadata, { txnTimeoutMs, expected, nowMs, nextProducerId });
    if (typeof next === 'number') return next;
    if (next.state === TransactionState.PREPARE_EPOCH_FENCE) {
      out.probe('transactions: producer fenced by InitProducerId');
      // The client comes again, and finds the older transaction aborted.
      const comeAgain: ProducerAnswer = (at, errorCode, _id, _epoch, to) => {
        const told = errorCode === ErrorCode.NONE ? ErrorCode.CONCURRENT_TRANSACTIONS : errorCode;
        answer(at, told, NO_PRODUCER_ID, NO_PRODUCER_EPOCH, to);
      };
      return this.#endFenced(now, metadata, next, comeAgain, out);
    }
    return this.#append(metadata, next, (at, errorCode, to) => {
      if (errorCode === ErrorCode.NONE) answer(at, errorCode, next.producerId, next.producerEpoch, to);
      else answer(at, errorCode, NO_PRODUCER_ID, NO_PRODUCER_EPOCH, to);
    });
  }

  addPartitions(transactionalId: string, added: AddPartitions, settle: Settle): TransactionDecision | number {
    const metadata = this.#ids.get(transactionalId);
    if (metadata === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    const next = decideAddPartitions(metadata, added, this.#context.wall.nowMs());
    return typeof next === 'number' ? next : this.#append(metadata, next, settle);
  }

  /** What is clear at once is told at once: also NONE, with a producer, to a retry of what was done. */
  endTxn(
    now: Us,
    transactionalId: string,
    end: Omit<EndTxn, 'nowMs' | 'nextProducerId' | 'isFromClient'>,
    answer: ProducerAnswer,
    out: Outbox,
  ): TransactionDecision | EndAnswer {
    const metadata = this.#ids.get(transactionalId);
    if (metadata === undefined) {
      return endAnswer(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }
    return this.#end(now, metadata, { ...end, isFromClient: true }, answer, out);
  }

  /** Ids whose transaction has been open for longer than it may (`timedOutTransactions`). */
  timedOut(): TransactionMetadata[] {
    const nowMs = this.#context.wall.nowMs();
    const late: TransactionMetadata[] = [];
    for (const metadata of this.#ids.values()) {
      const { state, txnStartTimestamp, txnTimeoutMs } = metadata.fields;
      if (metadata.pendingState !== null || state !== TransactionState.ONGOING) continue;
      if (!metadata.isTwoPhaseCommit && txnStartTimestamp + txnTimeoutMs < nowMs) late.push(metadata);
    }
    return late;
  }

  /** Fences the producer of a transaction that took too long, and aborts it (KAFKA-6119). */
  abortTimedOut(now: Us, metadata: TransactionMetadata, out: Outbox): TransactionDecision | number {
    if (metadata.pendingState !== null || this.#ids.get(metadata.transactionalId) !== metadata) {
      return ErrorCode.CONCURRENT_TRANSACTIONS;
    }
    out.probe('transactions: timed out');
    return this.#endFenced(now, metadata, metadata.prepareFence(), () => {}, out);
  }

  /** Ids that nobody has used for so long (`shouldExpire`). */
  expired(expirationMs: number): TransactionMetadata[] {
    const bound = this.#context.wall.nowMs() - expirationMs;
    const expired: TransactionMetadata[] = [];
    for (const metadata of this.#ids.values()) {
      if (metadata.pendingState !== null || !isSettled(metadata.state)) continue;
      if (metadata.fields.txnLastUpdateTimestamp <= bound) expired.push(metadata);
    }
    return expired;
  }

  /** Tombstones (`writeTombstonesForExpiredTransactionalIds`). The ids are gone when they are replicated. */
  expire(expired: readonly TransactionMetadata[], out: Outbox): TransactionDecision {
    out.probe('transactions: transactional id expired');
    for (const metadata of expired) metadata.prepareDead();
    return {
      records: expired.map(({ transactionalId }) => transactionTombstone(transactionalId)),
      replay: false,
      settle: (_now, errorCode, to) => {
        for (const metadata of expired) {
          if (errorCode === ErrorCode.NONE) this.#forget(metadata, to);
          else metadata.abandon();
        }
      },
    };
  }

  /** All markers are written (`writeTxnCompletion`). */
  complete(pending: PendingCompletion): TransactionDecision | number {
    const { metadata, next } = pending;
    const isCurrent = this.#ids.get(metadata.transactionalId) === metadata;
    if (!isCurrent) return ErrorCode.NOT_COORDINATOR;
    return {
      records: [transactionRecord(metadata.transactionalId, next, this.#ports.transactionVersion())],
      replay: false,
      settle: (now, errorCode, out) => {
        const told = transactionLogError(errorCode);
        if (told === ErrorCode.NONE) this.#complete(metadata, next, out);
        else if (told === ErrorCode.COORDINATOR_NOT_AVAILABLE) this.#ports.retryCompletion(now, pending, out);
      },
    };
  }

  #endFenced(
    now: Us,
    metadata: TransactionMetadata,
    fence: TransactionFields,
    answer: ProducerAnswer,
    out: Outbox,
  ): TransactionDecision | number {
    const { producerEpoch, producerId } = fence;
    const clientTransactionVersion = this.#ports.transactionVersion();
    const end = { producerId, producerEpoch, isCommit: false, isFromClient: false, clientTransactionVersion };
    const ended = this.#end(now, metadata, end, answer, out);
    return 'errorCode' in ended ? ended.errorCode : ended;
  }

  /** For an id whose epochs are used up. */
  #anotherProducerId(now: Us, out: Outbox): ReturnType<ProducerIdBlocks['take']> {
    out.probe('transactions: epochs are used up, another producer id');
    return this.#ports.blocks.take(now, out);
  }

  #end(
    now: Us,
    metadata: TransactionMetadata,
    end: Omit<EndTxn, 'nowMs' | 'nextProducerId'>,
    answer: ProducerAnswer,
    out: Outbox,
  ): TransactionDecision | EndAnswer {
    const nowMs = this.#context.wall.nowMs();
    const nextProducerId = () => this.#anotherProducerId(now, out);
    const verdict = decideEndTxn(metadata, { ...end, nowMs, nextProducerId });
    if (verdict.kind === 'answer') return verdict;
    const { isFence, next } = verdict;
    return this.#append(metadata, next, (at, errorCode, to) => {
      if (errorCode !== ErrorCode.NONE) {
        // The raised epoch of TV1 stays in memory, though nobody has heard of it: it is not raised a second time.
        if (isFence && !bumpsEpoch(next.clientTransactionVersion)) metadata.hasFailedEpochFence = true;
        answer(at, errorCode, NO_PRODUCER_ID, NO_PRODUCER_EPOCH, to);
        return;
      }
      const completed = this.#pendingCompletion(metadata);
      // What is decided is decided: the client need not wait for the markers.
      if (bumpsEpoch(next.clientTransactionVersion)) {
        answer(at, errorCode, completed.next.producerId, completed.next.producerEpoch, to);
      } else answer(at, errorCode, NO_PRODUCER_ID, NO_PRODUCER_EPOCH, to);
      this.#ports.addMarkers(at, completed, to);
    });
  }

  #sendMarkers(now: Us, metadata: TransactionMetadata, out: Outbox): void {
    this.#ports.addMarkers(now, this.#pendingCompletion(metadata), out);
  }

  #pendingCompletion(metadata: TransactionMetadata): PendingCompletion {
    const { clientTransactionVersion, producerEpoch, producerId, state } = metadata.fields;
    const { partition } = this.#context;
    return {
      metadata,
      partition,
      coordinatorEpoch: this.#ports.coordinatorEpoch(partition),
      isCommit: state === TransactionState.PREPARE_COMMIT,
      producerId,
      producerEpoch,
      transactionVersion: clientTransactionVersion,
      next: metadata.prepareComplete(this.#context.wall.nowMs()),
      isCancelled: false,
    };
  }

  /** `settle` hears what a client may hear. */
  #append(metadata: TransactionMetadata, next: TransactionFields, settle: Settle): TransactionDecision {
    const { transactionalId } = metadata;
    return {
      records: [transactionRecord(transactionalId, next, this.#ports.transactionVersion())],
      replay: false,
      settle: (now, errorCode, out) => {
        const told = transactionLogError(errorCode);
        if (told === ErrorCode.NONE) this.#complete(metadata, next, out);
        else {
          out.probe('transactions: transition taken back');
          metadata.abandon();
        }
        settle(now, told, out);
      },
    };
  }

  #complete(metadata: TransactionMetadata, next: TransactionFields, out: Outbox): void {
    metadata.complete(next);
    this.#tell(metadata.transactionalId, next, out);
  }

  #forget(metadata: TransactionMetadata, out: Outbox): void {
    this.#ids.delete(metadata.transactionalId);
    this.#tell(metadata.transactionalId, { ...metadata.fields, state: TransactionState.DEAD }, out);
  }

  #tell(transactionalId: string, fields: TransactionFields, out: Outbox): void {
    out.fact({
      fact: 'transaction changed',
      transactionalId,
      producerId: fields.producerId,
      producerEpoch: fields.producerEpoch,
      state: describeTransactionState(fields.state),
      partitions: fields.topicPartitions.topics,
      coordinatorEpoch: this.#ports.coordinatorEpoch(this.#context.partition),
    });
  }
}

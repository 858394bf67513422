import { MS, type Outbox, type Us } from '../../machine/index.ts';
import { ErrorCode, isRetriable, type Uuid } from '../../wire/index.ts';
import type { ClientNetwork } from '../client-network.ts';
import type { ClientError, ConsumerGroupMetadata, GroupOffset, TransactionError } from '../ports.ts';
import type { Tokens } from '../tokens.ts';
import { CoordinatorQueue } from './coordinator-queue.ts';
import type { CoordinatorRequest, CoordinatorType } from './coordinator-request.ts';
import { Idempotence, type TransactionScope } from './idempotence.ts';
import { PendingResult } from './pending-result.ts';
import type { ProducerConfig } from './producer-config.ts';
import {
  CLOSED_FORCEFULLY,
  errorClassOf,
  errorOf,
  FENCED,
  illegalState,
  TRANSACTION_ABORTED,
  withClass,
} from './producer-errors.ts';
import { ProducerState } from './producer-state.ts';
import { AddOffsetsCall } from './requests/add-offsets-call.ts';
import { AddPartitionsCall } from './requests/add-partitions-call.ts';
import { EndTxnCall } from './requests/end-txn-call.ts';
import { FindCoordinatorCall } from './requests/find-coordinator-call.ts';
import { InitProducerIdCall } from './requests/init-producer-id-call.ts';
import { TxnOffsetCommitCall } from './requests/txn-offset-commit-call.ts';
import { TransactionPartitions } from './transaction-partitions.ts';

/** The level of `transaction.version` from which on leaders and group coordinators enlist themselves (KIP-890). */
const TRANSACTION_V2 = 2;

/** A call that has timed out may only be made again, until the application has heard how it ended. */
interface PendingTransition {
  readonly call: 'init' | 'commit' | 'abort';
  readonly result: PendingResult;
}

/** How a call that waits began: it waits for the result, or may not be made. */
export type CallStart = PendingResult | TransactionError;

/**
 * A producer's id, its sequences and its transactions (`TransactionManager`; KIP-98, KIP-360, KIP-447, KIP-588,
 * KIP-890, KIP-1050). The application's calls begin here and end when requests to coordinators have been answered; the
 * sender asks before it lets records leave.
 */
export class TransactionSession implements TransactionScope {
  /** Null: idempotent only. */
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  readonly backoffUs: Us;
  readonly state = new ProducerState();
  readonly idempotence: Idempotence;
  readonly partitions = new TransactionPartitions();
  readonly queue: CoordinatorQueue;
  /** Something of this transaction may have reached the brokers, so that they must be told of its end. */
  isStarted = false;
  /** The end of the transaction was asked for, and whether it was decided is not certain. */
  isEndInDoubt = false;
  readonly #network: ClientNetwork;
  #isTransactionV2 = false;
  #featuresEpoch = -1;
  #pendingTransition: PendingTransition | null = null;

  constructor(config: ProducerConfig, network: ClientNetwork, tokens: Tokens) {
    const transactionalId = config['transactional.id'];
    this.transactionalId = transactionalId === '' ? null : transactionalId;
    this.transactionTimeoutMs = config['transaction.timeout.ms'];
    this.backoffUs = config['retry.backoff.ms'] * MS;
    this.#network = network;
    this.idempotence = new Idempotence(this.state, this);
    this.queue = new CoordinatorQueue(config, network, tokens, this);
  }

  // ---------------------------------------------------------------- what sequences ask (TransactionScope)

  get isTransactional(): boolean {
    return this.transactionalId !== null;
  }

  contains(topic: string, partition: number): boolean {
    return this.partitions.contains(topic, partition);
  }

  get needsEpochBump(): boolean {
    return this.queue.supportsEpochBump && !this.#isTransactionV2;
  }

  get canAbort(): boolean {
    return this.queue.supportsEpochBump || this.#isTransactionV2;
  }

  /** Whoever waits for the end of a call hears of it now (`transitionToFatalError`). */
  becomeFatal(error: ClientError): boolean {
    const isLegal = this.state.becomeOrPoison('fatal error', error);
    this.#pendingTransition?.result.fail(error);
    return isLegal;
  }

  /** Leaders and group coordinators enlist themselves; every transaction has an epoch of its own. */
  get isTransactionV2(): boolean {
    return this.#isTransactionV2;
  }

  // ---------------------------------------------------------------- the application's calls

  init(): CallStart {
    const rejection = this.#rejection();
    if (rejection !== null) return rejection;
    return this.#transition('init', () => {
      if (!this.state.become('initializing')) return this.#illegal('init');
      return this.#initProducerId(false);
    });
  }

  /** Null: it has begun. */
  begin(): TransactionError | null {
    const rejection = this.#rejectWhilePending('begin') ?? this.#rejection();
    if (rejection !== null) return rejection;
    return this.state.become('in transaction') ? null : this.#illegal('begin');
  }

  /** A record may be sent now, or what its sender hears (`maybeAddPartition`). */
  rejectSend(): TransactionError | null {
    const rejection = this.#rejection() ?? this.#rejectWhilePending('send');
    if (rejection !== null || !this.isTransactional) return rejection;
    return this.state.stage === 'in transaction' ? null : this.#illegal('send');
  }

  /** A record went to this partition: it becomes part of the transaction. */
  onAppended(topic: string, partition: number): void {
    if (!this.isTransactional) return;
    if (this.#isTransactionV2) {
      this.partitions.add(topic, partition);
      this.isStarted = true;
    } else this.partitions.announce(topic, partition);
  }

  sendOffsets(offsets: readonly GroupOffset[], group: ConsumerGroupMetadata): CallStart {
    const rejection = this.#rejectWhilePending('send offsets') ?? this.#rejection();
    if (rejection !== null) return rejection;
    if (this.state.stage !== 'in transaction') return this.#illegal('send offsets');
    if (this.#isTransactionV2) {
      const result = new PendingResult();
      this.commitOffsets(offsets, group, result);
      this.isStarted = true;
      return result;
    }
    const call = new AddOffsetsCall(this, offsets, group);
    this.queue.enqueue(call);
    return call.result;
  }

  commit(): CallStart {
    return this.#transition('commit', () => {
      const rejection = this.#rejection();
      if (rejection !== null) return rejection;
      return this.state.become('committing') ? this.#complete(true) : this.#illegal('commit');
    });
  }

  abort(): CallStart {
    return this.#transition('abort', () => {
      if (!this.state.isAbortable) {
        const rejection = this.#rejection();
        if (rejection !== null) return rejection;
      }
      if (!this.state.become('aborting')) return this.#illegal('abort');
      this.partitions.forgetFresh();
      return this.#complete(false);
    });
  }

  /** The application has heard how a call ended. */
  onInitialized(): void {
    this.#updateTransactionVersion(true);
  }

  /** The error of a call that failed, as the application should see it now. */
  classified(error: ClientError): TransactionError {
    return withClass(error, errorClassOf(error.code, this.state.isAbortable));
  }

  // ---------------------------------------------------------------- the sender's rounds

  /** What records that have not left are dropped for; null: they may leave. */
  dropReason(): ClientError | null {
    if (this.state.isAbortable) return this.state.lastError;
    return this.state.stage === 'aborting' ? TRANSACTION_ABORTED : null;
  }

  /** Raises the epoch, or asks for an id, when that is due and nobody else does it. */
  prepare(): void {
    if (this.isTransactional) return;
    this.idempotence.bumpEpoch();
    if (this.state.stage === 'initializing' || this.state.hasId) return;
    if (this.state.becomeOrPoison('initializing')) this.#initProducerId(false);
  }

  /**
   * Sends what a coordinator is to be told. True: records wait. `hasIncomplete`: some are neither acknowledged nor
   * failed, and the transaction cannot end yet.
   */
  run(now: Us, hasIncomplete: boolean, out: Outbox): boolean {
    return this.queue.run(now, hasIncomplete, out);
  }

  /** Not authorised (KIP-1050): all that waits fails, and the application may try again without a new producer. */
  giveUpUnauthorised(): ClientError | null {
    const error = this.state.isAbortable ? this.state.lastError : null;
    const isAbout =
      error?.code === ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
      error?.code === ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
    if (error === null || !isAbout) return null;
    for (const request of this.queue.takeAll()) request.result.fail(error);
    this.state.becomeOrPoison('uninitialized');
    this.#pendingTransition?.result.fail(error);
    return error;
  }

  /** The producer is thrown away: nothing that waits will be answered. */
  close(): void {
    for (const request of this.queue.takeAll()) request.result.fail(CLOSED_FORCEFULLY);
    this.becomeFatal(CLOSED_FORCEFULLY);
  }

  /** Takes what leaves next out of the queue; nothing that an error or an empty transaction has made idle. */
  nextRequest(hasIncomplete: boolean): CoordinatorRequest | null {
    if (this.partitions.hasFresh) this.#addPartitions();
    for (;;) {
      const request = this.queue.peek();
      if (request === undefined) return null;
      const isEnd = request instanceof EndTxnCall;
      if (isEnd && hasIncomplete) return null;
      this.queue.take();
      if (this.#failsOnError(request)) continue;
      if (!isEnd || this.isStarted) return request;
      // Nobody has heard of this transaction.
      request.result.done();
      this.onEnded();
    }
  }

  // ---------------------------------------------------------------- what requests report

  lookup(type: CoordinatorType, key: string, isRetry: boolean): void {
    this.queue.forgetCoordinator(type);
    this.queue.enqueue(new FindCoordinatorCall(this, type, key, isRetry));
  }

  /** Errors that mean the same in every answer of the transaction coordinator. */
  onError(request: CoordinatorRequest, code: number, context: string): void {
    switch (code) {
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
        this.lookup('transaction', this.transactionalId ?? '', false);
        this.queue.retry(request);
        break;
      case ErrorCode.INVALID_PRODUCER_EPOCH:
      case ErrorCode.PRODUCER_FENCED:
        this.onFatal(request, FENCED);
        break;
      case ErrorCode.UNKNOWN_PRODUCER_ID:
        this.#onUnknownProducer(request, errorOf(code, context));
        break;
      case ErrorCode.TRANSACTION_ABORTABLE:
        this.onAbortable(request, errorOf(code, context));
        break;
      default:
        if (isRetriable(code)) this.queue.retry(request);
        else this.onFatal(request, errorOf(code, context));
    }
  }

  onAbortable(request: CoordinatorRequest, error: ClientError): void {
    request.result.fail(error);
    this.idempotence.becomeAbortable(error);
  }

  onFatal(request: CoordinatorRequest, error: ClientError): void {
    request.result.fail(error);
    this.becomeFatal(error);
  }

  /** The transaction has ended, or there was nothing of it to end (`resetTransactionState`). */
  onEnded(): void {
    this.state.becomeOrPoison(this.state.isEpochBumpRequired ? 'initializing' : 'ready');
    this.state.isEpochBumpRequired = false;
    this.isStarted = false;
    this.partitions.clear();
  }

  commitOffsets(offsets: readonly GroupOffset[], group: ConsumerGroupMetadata, result: PendingResult): void {
    this.queue.enqueue(new TxnOffsetCommitCall(this, offsets, group, result));
  }

  topicId(topic: string): Uuid {
    return this.#network.metadata.idOf(topic);
  }

  // ---------------------------------------------------------------- inside

  #initProducerId(isEpochBump: boolean): PendingResult {
    const call = new InitProducerIdCall(this, isEpochBump);
    this.queue.enqueue(call);
    return call.result;
  }

  #complete(isCommit: boolean): PendingResult {
    if (this.partitions.hasFresh) this.#addPartitions();
    this.isEndInDoubt = false;
    const call = new EndTxnCall(this, isCommit);
    // After the call is made: a transaction ends under the version that it began with.
    this.#updateTransactionVersion(false);
    this.queue.enqueue(call);
    return this.state.isEpochBumpRequired ? this.#initProducerId(true) : call.result;
  }

  #addPartitions(): void {
    this.queue.enqueue(new AddPartitionsCall(this, this.partitions.takeFresh()));
  }

  #failsOnError(request: CoordinatorRequest): boolean {
    if (!this.state.hasError) return false;
    if (this.state.isAbortable && request instanceof FindCoordinatorCall) return false;
    request.result.fail(this.state.lastError!);
    return true;
  }

  #onUnknownProducer(request: CoordinatorRequest, error: ClientError): void {
    if (!this.canAbort) {
      this.onFatal(request, error);
      return;
    }
    if (this.needsEpochBump) this.state.isEpochBumpRequired = true;
    this.onAbortable(request, error);
  }

  /** Takes effect between transactions. From TV1 to TV2 the epoch rises, lest late requests of TV1 be believed. */
  #updateTransactionVersion(onInitialization: boolean): void {
    const { epoch, levels } = this.#network.features;
    if (this.#featuresEpoch >= epoch) return;
    this.#featuresEpoch = epoch;
    const wasV2 = this.#isTransactionV2;
    this.#isTransactionV2 = (levels.get('transaction.version') ?? 0) >= TRANSACTION_V2;
    if (!onInitialization && !wasV2 && this.#isTransactionV2) this.state.isEpochBumpRequired = true;
  }

  #transition(call: PendingTransition['call'], start: () => CallStart): CallStart {
    const pending = this.#pendingTransition;
    if (pending !== null && !pending.result.isAcked) {
      return pending.call === call
        ? pending.result
        : illegalState(`${pending.call} timed out and is to be repeated`);
    }
    this.#pendingTransition = null;
    const result = start();
    if (result instanceof PendingResult) this.#pendingTransition = { call, result };
    return result;
  }

  #rejectWhilePending(call: string): TransactionError | null {
    const pending = this.#pendingTransition;
    if (pending === null || pending.result.isAcked) return null;
    return illegalState(`${pending.call} timed out and is to be repeated before ${call}`);
  }

  #rejection(): TransactionError | null {
    const error = this.state.rejection();
    return error === null ? null : this.classified(error);
  }

  #illegal(call: string): TransactionError {
    return illegalState(`${call} is not for a producer that is ${this.state.stage}`);
  }
}

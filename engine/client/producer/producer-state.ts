import { assert } from '../../machine/index.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../../records/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import type { ClientError } from '../ports.ts';
import { NO_ERROR_CODE } from './producer-errors.ts';

/** Where a producer with an id stands (`TransactionManager.State`). Two-phase commit (KIP-939) is not here. */
export type ProducerStage =
  | 'uninitialized'
  | 'initializing'
  | 'ready'
  | 'in transaction'
  | 'committing'
  | 'aborting'
  | 'abortable error'
  | 'fatal error';

/** By target, where it may be reached from. What is fatal may happen at any time, and never ends. */
const LEGAL_SOURCES: Readonly<Record<ProducerStage, readonly ProducerStage[]>> = {
  uninitialized: ['ready', 'abortable error'],
  initializing: ['uninitialized', 'committing', 'aborting'],
  ready: ['initializing', 'committing', 'aborting'],
  'in transaction': ['ready'],
  committing: ['in transaction'],
  aborting: ['in transaction', 'abortable error'],
  'abortable error': ['in transaction', 'committing', 'abortable error', 'initializing'],
  'fatal error': [
    'uninitialized',
    'initializing',
    'ready',
    'in transaction',
    'committing',
    'aborting',
    'abortable error',
    'fatal error',
  ],
};

/** The largest epoch there is (`Short.MAX_VALUE`). */
export const MAX_PRODUCER_EPOCH = 0x7fff;

/** A producer's stage, id and epoch, and the error that it is in. */
export class ProducerState {
  #stage: ProducerStage = 'uninitialized';
  #lastError: ClientError | null = null;
  /** -1: none yet. */
  producerId = NO_PRODUCER_ID;
  producerEpoch = NO_PRODUCER_EPOCH;
  /**
   * The client has to raise the epoch itself: for an idempotent producer at once, for a transactional one when the
   * transaction has ended.
   */
  isEpochBumpRequired = false;

  get stage(): ProducerStage {
    return this.#stage;
  }

  get lastError(): ClientError | null {
    return this.#lastError;
  }

  get hasId(): boolean {
    return this.producerId >= 0 && this.producerEpoch >= 0;
  }

  get isFatal(): boolean {
    return this.#stage === 'fatal error';
  }

  get isAbortable(): boolean {
    return this.#stage === 'abortable error';
  }

  get hasError(): boolean {
    return this.isFatal || this.isAbortable;
  }

  get isCompleting(): boolean {
    return this.#stage === 'committing' || this.#stage === 'aborting';
  }

  /** From `begin` until it has ended or nothing can end it. */
  get hasTransaction(): boolean {
    return this.#stage === 'in transaction' || this.isCompleting || this.isAbortable;
  }

  /** False, and nothing has changed: this may not be done now (KAFKA-14831: an application can mend that). */
  become(target: ProducerStage, error: ClientError | null = null): boolean {
    assert(
      (error !== null) === (target === 'abortable error' || target === 'fatal error'),
      'errors have a reason, and only they',
    );
    if (!LEGAL_SOURCES[target].includes(this.#stage)) return false;
    this.#stage = target;
    this.#lastError = error;
    return true;
  }

  /** What the producer decides by itself: when that makes no sense, its state cannot be trusted any more. */
  becomeOrPoison(target: ProducerStage, error: ClientError | null = null): boolean {
    if (this.become(target, error)) return true;
    const message = `${target} cannot follow ${this.#stage}`;
    this.#stage = 'fatal error';
    this.#lastError = { code: NO_ERROR_CODE, message };
    return false;
  }

  setId(producerId: number, producerEpoch: number): void {
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
  }

  /** The error of a call that is made while there is one. */
  rejection(): ClientError | null {
    if (!this.hasError) return null;
    return this.#lastError ?? { code: ErrorCode.UNKNOWN_SERVER_ERROR, message: 'in error' };
  }
}

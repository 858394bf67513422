import { ErrorCode, isRetriable } from '../../wire/index.ts';
import type { ClientError } from '../ports.ts';
import type { PartitionSequences } from './partition-sequences.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { asAbortable, isAlwaysFatal, NO_ERROR_CODE } from './producer-errors.ts';
import { MAX_PRODUCER_EPOCH, type ProducerState } from './producer-state.ts';
import { SequenceBook } from './sequence-book.ts';

/** What sequences need to know of transactions. */
export interface TransactionScope {
  readonly isTransactional: boolean;
  /** The transaction has this partition, as far as the coordinator must know. */
  contains(topic: string, partition: number): boolean;
  /** After an abortable error the client raises the epoch itself, the coordinator being able and not doing it. */
  readonly needsEpochBump: boolean;
  /** An abortable error can be recovered from. */
  readonly canAbort: boolean;
  /** Nothing can be done with this producer any more. False: it was out of order before. */
  becomeFatal(error: ClientError): boolean;
}

/**
 * Gives every batch a producer id, an epoch and a sequence when it first leaves, and keeps these in order over
 * retries, so that a leader can tell a duplicate and a gap (the sequence side of `TransactionManager`, KIP-98, KIP-360,
 * KIP-679). After the first failure a partition has one batch in flight until it has caught up.
 */
export class Idempotence {
  readonly sequences = new SequenceBook();
  readonly #state: ProducerState;
  readonly #scope: TransactionScope;

  constructor(state: ProducerState, scope: TransactionScope) {
    this.#state = state;
    this.#scope = scope;
  }

  // ---------------------------------------------------------------- the accumulator's questions

  /** The transaction ends: nothing lingers. */
  get isCompleting(): boolean {
    return this.#state.isCompleting;
  }

  /** May the first batch of a queue leave now? (`shouldStopDrainBatchesForPartition`) */
  mayDrain(batch: ProducerBatch): boolean {
    const { topic, partition } = batch;
    const state = this.#state;
    if (state.isFatal) return false;
    if (this.#scope.isTransactional && !this.#scope.contains(topic, partition)) return false;
    if (!state.hasId) return false;
    const sequences = this.sequences.of(topic, partition);
    if (!batch.hasSequence) {
      // A batch of a new epoch must not arrive before those of the old one are through.
      if (sequences.inFlight.length > 0 && this.#isStale(sequences)) return false;
      if (this.sequences.unresolved.get(topic, partition) !== undefined) return false;
      return true;
    }
    // On its way for another time: only the next in line goes.
    const first = sequences.firstInFlight();
    return first < 0 || batch.baseSequence === first;
  }

  /** A batch leaves. On later attempts it stays what it is: the first one may have been taken. */
  onDrained(batch: ProducerBatch): void {
    if (batch.hasSequence) return;
    const { producerId, producerEpoch } = this.#state;
    const sequences = this.sequences.of(batch.topic, batch.partition);
    if (this.#isStale(sequences) && sequences.inFlight.length === 0) {
      sequences.restart(producerId, producerEpoch);
    }
    batch.setProducerState(producerId, producerEpoch, sequences.next, this.#scope.isTransactional);
    sequences.increment(batch.recordCount);
    sequences.track(batch);
  }

  /** The parts of a split batch have sequences already. */
  track(batch: ProducerBatch): void {
    this.sequences.of(batch.topic, batch.partition).track(batch);
  }

  untrack(batch: ProducerBatch): void {
    this.sequences.get(batch.topic, batch.partition)?.untrack(batch);
  }

  // ---------------------------------------------------------------- what became of batches

  onCompleted(batch: ProducerBatch, baseOffset: number): void {
    const { topic, partition } = batch;
    const known = this.sequences.get(topic, partition);
    known?.onAcked(batch.lastSequence);
    if (baseOffset >= 0) {
      const lastOffset = baseOffset + batch.recordCount - 1;
      const sequences = this.sequences.of(topic, partition);
      if (lastOffset > sequences.lastAckedOffset) sequences.lastAckedOffset = lastOffset;
    }
    this.untrack(batch);
  }

  /**
   * A batch failed for good. `isRefused`: it is certainly not in the log, and so those behind it may take its place.
   */
  onFailed(batch: ProducerBatch, error: ClientError, isRefused: boolean): void {
    const { topic, partition } = batch;
    if (!this.onError(error)) return;
    this.untrack(batch);
    if (this.#state.isFatal) return;
    const { isTransactional } = this.#scope;
    if (error.code === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && !isTransactional) this.#restartLater(batch);
    else if (error.code === ErrorCode.UNKNOWN_PRODUCER_ID) this.sequences.forget(topic, partition);
    else if (isRefused && !isTransactional) this.#restartLater(batch);
    else if (isRefused) this.sequences.get(topic, partition)?.closeGap(batch);
  }

  /** False: it came at a time when that cannot be, and the producer is out of order. */
  onError(error: ClientError): boolean {
    const state = this.#state;
    if (isAlwaysFatal(error.code)) return this.#scope.becomeFatal(error);
    if (!this.#scope.isTransactional) return true;
    if (this.#scope.needsEpochBump && !state.isCompleting) state.isEpochBumpRequired = true;
    return this.becomeAbortable(asAbortable(error));
  }

  becomeAbortable(error: ClientError): boolean {
    if (this.#state.stage === 'aborting') return true;
    return this.#state.becomeOrPoison('abortable error', error);
  }

  /** Given up while nobody knows whether it arrived. */
  markUnresolved(batch: ProducerBatch): void {
    this.sequences.markUnresolved(batch.topic, batch.partition, batch.lastSequence + 1);
  }

  /** Whether to send again what was answered with this; may ask for a new epoch on the way. */
  canRetry(batch: ProducerBatch, errorCode: number, logStartOffset: number): boolean {
    if (errorCode === ErrorCode.UNKNOWN_PRODUCER_ID) {
      return this.#canRetryUnknown(batch, logStartOffset) || isRetriable(errorCode);
    }
    if (errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
      return this.#canRetryOutOfOrder(batch) || isRetriable(errorCode);
    }
    return isRetriable(errorCode);
  }

  /** The leader has forgotten this producer: by retention, which is harmless, or because it lost its records. */
  #canRetryUnknown(batch: ProducerBatch, logStartOffset: number): boolean {
    // The leader does not know yet where its log starts. It will.
    if (logStartOffset < 0 || batch.hasNewSequence) return true;
    const { isTransactional } = this.#scope;
    const sequences = this.sequences.of(batch.topic, batch.partition);
    if (sequences.lastAckedOffset < logStartOffset && isTransactional) {
      sequences.restart(this.#state.producerId, this.#state.producerEpoch);
      return true;
    }
    if (isTransactional) return false;
    this.#restartLater(batch);
    return true;
  }

  #canRetryOutOfOrder(batch: ProducerBatch): boolean {
    const { topic, partition } = batch;
    const unresolved = this.sequences.unresolved.get(topic, partition);
    const sequences = this.sequences.of(topic, partition);
    // One before it is missing, and comes.
    if (unresolved === undefined && (batch.hasNewSequence || !sequences.isNext(batch.baseSequence)))
      return true;
    if (this.#scope.isTransactional) return false;
    // It follows what was acknowledged, or what was given up: there is a gap in the log.
    if (unresolved === undefined || unresolved === batch.baseSequence) this.#restartLater(batch);
    return true;
  }

  // ---------------------------------------------------------------- before each round of the sender

  /** Partitions in doubt with nothing in flight: all arrived, or a new epoch must begin. */
  resolveSequences(): void {
    const { unresolved } = this.sequences;
    if (unresolved.isEmpty) return;
    for (const [topic, partition] of unresolved.entries()) {
      const sequences = this.sequences.of(topic, partition);
      if (sequences.inFlight.length > 0) continue;
      if (!sequences.isNext(sequences.next)) this.#onLostSequences(topic, partition);
      unresolved.delete(topic, partition);
    }
  }

  #onLostSequences(topic: string, partition: number): void {
    if (!this.#scope.isTransactional) {
      this.#state.isEpochBumpRequired = true;
      this.sequences.toRestart.set(topic, partition, true);
      return;
    }
    const message = 'no acknowledgment came for what was sent, and it cannot be retried any more';
    const error = { code: NO_ERROR_CODE, message };
    if (!this.#scope.canAbort) {
      this.#scope.becomeFatal(error);
      return;
    }
    if (this.#scope.needsEpochBump) this.#state.isEpochBumpRequired = true;
    this.becomeAbortable(error);
  }

  /** An idempotent producer raises its epoch by itself (KIP-360): nobody else writes with its id. */
  bumpEpoch(): void {
    const state = this.#state;
    if (this.#scope.isTransactional || !state.isEpochBumpRequired) return;
    if (state.producerEpoch === MAX_PRODUCER_EPOCH) {
      state.setId(-1, -1);
      state.becomeOrPoison('uninitialized');
    } else state.setId(state.producerId, state.producerEpoch + 1);
    for (const [topic, partition] of this.sequences.toRestart.entries()) {
      this.sequences.of(topic, partition).restart(state.producerId, state.producerEpoch);
      this.sequences.unresolved.delete(topic, partition);
    }
    this.sequences.toRestart.clear();
    state.isEpochBumpRequired = false;
  }

  #restartLater(batch: ProducerBatch): void {
    this.#state.isEpochBumpRequired = true;
    this.sequences.toRestart.set(batch.topic, batch.partition, true);
  }

  #isStale(sequences: PartitionSequences): boolean {
    return (
      sequences.producerId !== this.#state.producerId || sequences.producerEpoch !== this.#state.producerEpoch
    );
  }
}

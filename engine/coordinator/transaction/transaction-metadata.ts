import { assert } from '../../machine/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import { PartitionSet } from './partition-set.ts';
import { describeTransactionState, mayFollow, TransactionState } from './transaction-state.ts';
import { bumpsEpoch, TransactionVersion } from './transaction-version.ts';

export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
const MAX_EPOCH = 32_767;
/** `transaction.timeout.ms` of a transaction that an outside coordinator ends (KIP-939): none. */
export const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** All that is known of a transactional id at one time, as the log holds it (`TxnTransitMetadata`). */
export interface TransactionFields {
  readonly producerId: number;
  /** The id before the last transition: a retry across a rotation is recognised by it. */
  readonly prevProducerId: number;
  /** The id that COMPLETE_* will switch to, -1: the same. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  /** Not in the log: -1 after a load (KIP-360). */
  readonly lastProducerEpoch: number;
  readonly txnTimeoutMs: number;
  readonly state: TransactionState;
  /** While PREPARE_*: those whose markers are not acknowledged yet. */
  readonly topicPartitions: PartitionSet;
  readonly txnStartTimestamp: number;
  readonly txnLastUpdateTimestamp: number;
  readonly clientTransactionVersion: number;
}

/** An id of which nothing was ever written. */
export function newTransaction(producerId: number, txnTimeoutMs: number, nowMs: number): TransactionFields {
  return {
    producerId,
    prevProducerId: NO_PRODUCER_ID,
    nextProducerId: NO_PRODUCER_ID,
    producerEpoch: NO_PRODUCER_EPOCH,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    txnTimeoutMs,
    state: TransactionState.EMPTY,
    topicPartitions: PartitionSet.EMPTY,
    txnStartTimestamp: -1,
    txnLastUpdateTimestamp: nowMs,
    clientTransactionVersion: TransactionVersion.TV_0,
  };
}

/** The last epoch that a client may hold: one more is kept so that the coordinator can always fence it. */
export function isEpochExhausted(producerEpoch: number): boolean {
  return producerEpoch >= MAX_EPOCH - 1;
}

/**
 * One transactional id (`TransactionMetadata`): what is replicated, and the transition that is on its way there.
 *
 * Invariants: at most one transition is pending; `fields` changes when it is replicated (`complete`), not before; a
 * transition that could not be written leaves `fields` as they were (`abandon`). Two exceptions, both Kafka's: markers
 * that were acknowledged take their partitions out, and the fence of TV1 raises the epoch before it is written.
 */
export class TransactionMetadata {
  readonly transactionalId: string;
  #fields: TransactionFields;
  #pending: TransactionState | null = null;
  /** A fence of TV1 raised the epoch and could not be written: the next one must not raise it again (KAFKA-9666). */
  hasFailedEpochFence = false;

  constructor(transactionalId: string, fields: TransactionFields) {
    this.transactionalId = transactionalId;
    this.#fields = fields;
  }

  get fields(): TransactionFields {
    return this.#fields;
  }

  get state(): TransactionState {
    return this.#fields.state;
  }

  get pendingState(): TransactionState | null {
    return this.#pending;
  }

  get isExhausted(): boolean {
    return isEpochExhausted(this.#fields.producerEpoch);
  }

  /** An outside coordinator ends it, however long that takes (KIP-939). */
  get isTwoPhaseCommit(): boolean {
    return this.#fields.txnTimeoutMs === NO_TIMEOUT_MS;
  }

  /** The older producer is to be kept out. The epoch is never handed to a client when the fence fails. */
  prepareFence(): TransactionFields {
    const { producerEpoch } = this.#fields;
    const stays = this.hasFailedEpochFence || producerEpoch === MAX_EPOCH;
    return this.#prepare({
      ...this.#fields,
      state: TransactionState.PREPARE_EPOCH_FENCE,
      producerEpoch: stays ? producerEpoch : producerEpoch + 1,
    });
  }

  /** InitProducerId: the next epoch, or the present one for a retry (KIP-360). An error code otherwise. */
  prepareIncrementProducerEpoch(
    txnTimeoutMs: number,
    expectedEpoch: number | null,
    nowMs: number,
  ): TransactionFields | number {
    // Only with an expected epoch that is not the current one: Kafka's IllegalStateException.
    if (this.isExhausted) return ErrorCode.UNKNOWN_SERVER_ERROR;
    const { lastProducerEpoch, producerEpoch } = this.#fields;
    let next = { producerEpoch: producerEpoch + 1, lastProducerEpoch: NO_PRODUCER_EPOCH };
    if (expectedEpoch !== null) {
      if (producerEpoch === NO_PRODUCER_EPOCH || expectedEpoch === producerEpoch) {
        next = { producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch };
      } else if (expectedEpoch === lastProducerEpoch) {
        // The answer to the first try was lost. Nobody else was initialised meanwhile: that sets the last epoch to -1.
        next = { producerEpoch, lastProducerEpoch };
      } else return ErrorCode.PRODUCER_FENCED;
    }
    return this.#prepare({ ...this.#fields, ...next, ...emptied(txnTimeoutMs, nowMs) });
  }

  prepareProducerIdRotation(
    producerId: number,
    txnTimeoutMs: number,
    keepsLastEpoch: boolean,
    nowMs: number,
  ): TransactionFields {
    const lastProducerEpoch = keepsLastEpoch ? this.#fields.producerEpoch : NO_PRODUCER_EPOCH;
    const rotated = { producerId, producerEpoch: 0, lastProducerEpoch };
    return this.#prepare({ ...this.#fields, ...rotated, ...emptied(txnTimeoutMs, nowMs) });
  }

  prepareAddPartitions(
    added: PartitionSet,
    clientTransactionVersion: number,
    nowMs: number,
  ): TransactionFields {
    const { state, topicPartitions, txnStartTimestamp } = this.#fields;
    return this.#prepare({
      ...this.#fields,
      state: TransactionState.ONGOING,
      topicPartitions: topicPartitions.with(added.topics),
      txnStartTimestamp: state === TransactionState.ONGOING ? txnStartTimestamp : nowMs,
      txnLastUpdateTimestamp: nowMs,
      clientTransactionVersion,
    });
  }

  /** `isEmpty`: aborted from EMPTY or COMPLETE_* (TV2), so that it begins where it ends. */
  prepareAbortOrCommit(
    state: TransactionState,
    clientTransactionVersion: number,
    nextProducerId: number,
    isEmpty: boolean,
    nowMs: number,
  ): TransactionFields {
    const { lastProducerEpoch, producerEpoch, txnStartTimestamp } = this.#fields;
    const bumps = bumpsEpoch(clientTransactionVersion);
    // An epoch at the very end is a broken state: an abort goes through all the same, so that the id recovers.
    const stays = !bumps || (producerEpoch === MAX_EPOCH && state === TransactionState.PREPARE_ABORT);
    return this.#prepare({
      ...this.#fields,
      state,
      producerEpoch: stays ? producerEpoch : producerEpoch + 1,
      lastProducerEpoch: bumps ? producerEpoch : lastProducerEpoch,
      nextProducerId,
      txnStartTimestamp: isEmpty ? nowMs : txnStartTimestamp,
      txnLastUpdateTimestamp: nowMs,
      clientTransactionVersion,
    });
  }

  /** All markers are written. With a next producer id the epoch starts over, and a client sees 32766, then 0. */
  prepareComplete(nowMs: number): TransactionFields {
    this.hasFailedEpochFence = false;
    const { clientTransactionVersion, nextProducerId, producerEpoch, producerId, state } = this.#fields;
    const rotates = bumpsEpoch(clientTransactionVersion) && nextProducerId !== NO_PRODUCER_ID;
    return this.#prepare({
      ...this.#fields,
      state:
        state === TransactionState.PREPARE_COMMIT
          ? TransactionState.COMPLETE_COMMIT
          : TransactionState.COMPLETE_ABORT,
      producerId: rotates ? nextProducerId : producerId,
      producerEpoch: rotates ? 0 : producerEpoch,
      nextProducerId: NO_PRODUCER_ID,
      topicPartitions: PartitionSet.EMPTY,
      txnLastUpdateTimestamp: nowMs,
    });
  }

  prepareDead(): TransactionFields {
    return this.#prepare({
      ...this.#fields,
      state: TransactionState.DEAD,
      topicPartitions: PartitionSet.EMPTY,
    });
  }

  /** The fence gives way to PREPARE_ABORT. In TV1 its epoch is taken on here and now. */
  yieldFence(producerEpoch: number | null): void {
    assert(this.#pending === TransactionState.PREPARE_EPOCH_FENCE, 'only a fence gives way');
    this.#pending = null;
    if (producerEpoch === null) return;
    this.#fields = { ...this.#fields, producerEpoch, lastProducerEpoch: NO_PRODUCER_EPOCH };
  }

  /** The transition is replicated. */
  complete(next: TransactionFields): void {
    assert(this.#pending === next.state, () => `${this.describe()} was not on its way to ${next.state}`);
    assert(isSound(this.#fields, next), () => `${this.describe()} must not become ${describeFields(next)}`);
    this.#fields = next;
    this.#pending = null;
  }

  /** The transition was not written, or nobody knows. */
  abandon(): void {
    this.#pending = null;
  }

  /** The marker of a partition is written, or needs not be. */
  removePartition(topic: string, partition: number): void {
    const { state, topicPartitions } = this.#fields;
    assert(
      state === TransactionState.PREPARE_COMMIT || state === TransactionState.PREPARE_ABORT,
      () => `no markers belong to ${this.describe()}`,
    );
    this.#fields = { ...this.#fields, topicPartitions: topicPartitions.without(topic, partition) };
  }

  describe(): string {
    const pending = this.#pending === null ? '' : ` > ${describeTransactionState(this.#pending)}`;
    return `${this.transactionalId} ${describeFields(this.#fields)}${pending}`;
  }

  #prepare(next: TransactionFields): TransactionFields {
    assert(this.#pending === null, () => `${this.describe()} has a transition on its way`);
    assert(
      mayFollow(this.#fields.state, next.state),
      () => `${this.describe()} must not become ${describeFields(next)}`,
    );
    assert(next.producerId >= 0, 'a producer id is not negative');
    assert(next.producerEpoch >= 0 || next.state === TransactionState.DEAD, 'an epoch is not negative');
    this.#pending = next.state;
    return { ...next, prevProducerId: this.#fields.producerId };
  }
}

/** `p1000 e3 Ongoing t-0|1` */
export function describeFields({
  producerEpoch,
  producerId,
  state,
  topicPartitions,
}: TransactionFields): string {
  const partitions = topicPartitions.isEmpty ? '' : ` ${topicPartitions.describe()}`;
  return `p${producerId} e${producerEpoch} ${describeTransactionState(state)}${partitions}`;
}

/** What InitProducerId leaves behind. */
function emptied(txnTimeoutMs: number, nowMs: number) {
  return {
    state: TransactionState.EMPTY,
    txnTimeoutMs,
    topicPartitions: PartitionSet.EMPTY,
    txnStartTimestamp: -1,
    txnLastUpdateTimestamp: nowMs,
  };
}

/** Whether one replicated state can follow another (`completeTransitionTo`). */
function isSound(from: TransactionFields, to: TransactionFields): boolean {
  const sameTimeout = from.txnTimeoutMs === to.txnTimeoutMs;
  switch (to.state) {
    case TransactionState.EMPTY:
      return (
        (to.producerEpoch === from.producerEpoch ||
          to.producerEpoch === from.producerEpoch + 1 ||
          (to.producerEpoch === 0 && to.producerId !== from.producerId)) &&
        to.topicPartitions.isEmpty &&
        to.txnStartTimestamp === -1
      );
    case TransactionState.ONGOING:
      return sameTimeout && isSoundEpoch(from, to) && to.topicPartitions.hasAll(from.topicPartitions);
    case TransactionState.PREPARE_COMMIT:
    case TransactionState.PREPARE_ABORT: {
      const mayBegin = bumpsEpoch(to.clientTransactionVersion) && from.state !== TransactionState.ONGOING;
      const sameStart = from.txnStartTimestamp === to.txnStartTimestamp || mayBegin;
      const samePartitions = from.topicPartitions.equals(to.topicPartitions);
      return sameTimeout && sameStart && samePartitions && isSoundEpoch(from, to);
    }
    case TransactionState.COMPLETE_COMMIT:
    case TransactionState.COMPLETE_ABORT:
      return sameTimeout && to.txnStartTimestamp !== -1 && isSoundEpoch(from, to);
    default:
      // Both stand for something on its way, and are never written.
      return false;
  }
}

function isSoundEpoch(from: TransactionFields, to: TransactionFields): boolean {
  if (bumpsEpoch(to.clientTransactionVersion)) {
    const { state } = to;
    if (state === TransactionState.PREPARE_COMMIT || state === TransactionState.PREPARE_ABORT) {
      return to.lastProducerEpoch === from.producerEpoch && to.producerId === from.producerId;
    }
    const completes = state === TransactionState.COMPLETE_COMMIT || state === TransactionState.COMPLETE_ABORT;
    if (completes && to.producerEpoch === 0) {
      return to.lastProducerEpoch === from.lastProducerEpoch && to.prevProducerId === from.producerId;
    }
  }
  return to.producerEpoch === from.producerEpoch && to.producerId === from.producerId;
}

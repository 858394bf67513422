import { assert, unreachable } from '../../machine/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import type { TransactionFields, TransactionMetadata } from './transaction-metadata.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from './transaction-metadata.ts';
import { TransactionState } from './transaction-state.ts';
import { bumpsEpoch, TransactionVersion } from './transaction-version.ts';

export interface EndTxn {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isCommit: boolean;
  /** false: the coordinator's own abort, of a fence or a time-out, which comes with a raised epoch. */
  readonly isFromClient: boolean;
  readonly clientTransactionVersion: number;
  readonly nowMs: number;
  readonly nextProducerId: () => { readonly id: number } | number;
}

/** What is clear at once. NONE: a retry of what was done. */
export interface EndAnswer {
  readonly kind: 'answer';
  readonly errorCode: number;
  /** The producer that the client goes on with, -1: nothing to say. */
  readonly producerId: number;
  readonly producerEpoch: number;
}

export type EndVerdict =
  | { readonly kind: 'end'; readonly next: TransactionFields; readonly isFence: boolean }
  | EndAnswer;

/** EndTxn as the client's version of transactions has it (`TransactionCoordinator.endTransaction`). */
export function decideEndTxn(metadata: TransactionMetadata, end: EndTxn): EndVerdict {
  return bumpsEpoch(end.clientTransactionVersion) ? endWithTv2(metadata, end) : endWithTv1(metadata, end);
}

/**
 * TV0 and TV1: one epoch for many transactions, so a delayed EndTxn of an earlier transaction decides the present one
 * (KAFKA-17754). What the state says is all that tells a retry.
 */
function endWithTv1(metadata: TransactionMetadata, end: EndTxn): EndVerdict {
  const { fields, pendingState } = metadata;
  const { isFromClient, nowMs, producerEpoch } = end;
  if (fields.producerId !== end.producerId) return endAnswer(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if ((isFromClient && producerEpoch !== fields.producerEpoch) || producerEpoch < fields.producerEpoch) {
    return endAnswer(ErrorCode.PRODUCER_FENCED);
  }
  if (pendingState !== null && pendingState !== TransactionState.PREPARE_EPOCH_FENCE) {
    return endAnswer(ErrorCode.CONCURRENT_TRANSACTIONS);
  }
  if (fields.state !== TransactionState.ONGOING) return endAnswer(verdictOfState(fields.state, end.isCommit));
  const isFence = !end.isCommit && pendingState === TransactionState.PREPARE_EPOCH_FENCE;
  if (isFence) metadata.yieldFence(producerEpoch);
  const next = metadata.prepareAbortOrCommit(
    prepared(end),
    TransactionVersion.TV_0,
    NO_PRODUCER_ID,
    false,
    nowMs,
  );
  return { kind: 'end', next, isFence };
}

/** What an EndTxn is told by a state in which nothing can be ended any more. */
function verdictOfState(state: TransactionState, isCommit: boolean): number {
  switch (state) {
    case TransactionState.COMPLETE_COMMIT:
      return isCommit ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE;
    case TransactionState.COMPLETE_ABORT:
      return isCommit ? ErrorCode.INVALID_TXN_STATE : ErrorCode.NONE;
    case TransactionState.PREPARE_COMMIT:
      return isCommit ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.INVALID_TXN_STATE;
    case TransactionState.PREPARE_ABORT:
      // A commit that crossed the abort of a time-out is fatal to the client here (KAFKA-20785: open in this trunk).
      return isCommit ? ErrorCode.INVALID_TXN_STATE : ErrorCode.CONCURRENT_TRANSACTIONS;
    case TransactionState.EMPTY:
      return ErrorCode.INVALID_TXN_STATE;
    case TransactionState.ONGOING:
    case TransactionState.DEAD:
    case TransactionState.PREPARE_EPOCH_FENCE:
      assert(false, () => `EndTxn met state ${state}`);
      break;
    default:
      unreachable(state);
  }
}

/**
 * TV2: every transaction has an epoch of its own, so the epoch tells which transaction is meant.
 *
 *                       abort             commit
 *                   retry   current   retry   current      retry: the epoch before, current: this epoch
 *     EMPTY         fenced  ends      fenced  invalid
 *     COMPLETE_ABORT  ok    ends      invalid invalid
 *     COMPLETE_COMMIT invalid ends    ok      invalid
 */
function endWithTv2(metadata: TransactionMetadata, end: EndTxn): EndVerdict {
  const { fields, pendingState } = metadata;
  const isFence = pendingState === TransactionState.PREPARE_EPOCH_FENCE;
  // First of all: over a rotation the producer may use an id already that is only pending.
  if (pendingState !== null && !isFence) return endAnswer(ErrorCode.CONCURRENT_TRANSACTIONS);
  const { isCommit, producerEpoch, producerId } = end;
  const isRetryOverRotation =
    !isFence &&
    fields.prevProducerId === producerId &&
    producerEpoch === 32_766 &&
    fields.producerEpoch === 0;
  const isRetryOverBump = !isFence && fields.producerEpoch === producerEpoch + 1;
  const isRetry = isRetryOverRotation || isRetryOverBump;
  if (fields.producerId !== producerId && !isRetryOverRotation) {
    return endAnswer(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  }
  const isValid = isFence
    ? (!end.isFromClient || producerEpoch === fields.producerEpoch) && producerEpoch >= fields.producerEpoch
    : isValidEpoch(fields, producerEpoch, isRetryOverBump, isRetry);
  if (!isValid) return endAnswer(ErrorCode.PRODUCER_FENCED);
  const { state } = fields;
  if (state === TransactionState.ONGOING) return endNow(metadata, end, false, isFence);
  const isSettledState =
    state !== TransactionState.PREPARE_COMMIT && state !== TransactionState.PREPARE_ABORT;
  if (!isSettledState) return endAnswer(verdictOfState(state, isCommit));
  // Nothing is open. The client that does not know aborts, and gets the next epoch.
  if (!isRetry) return isCommit ? endAnswer(ErrorCode.INVALID_TXN_STATE) : endNow(metadata, end, true, false);
  const errorCode = verdictOfState(state, isCommit);
  if (errorCode !== ErrorCode.NONE) return endAnswer(errorCode);
  // What was done before is answered as it was answered then: with the epoch that came of it.
  return { kind: 'answer', errorCode, producerId: fields.producerId, producerEpoch: fields.producerEpoch };
}

function isValidEpoch(
  { producerEpoch, state }: TransactionFields,
  requestEpoch: number,
  isRetryOverBump: boolean,
  isRetry: boolean,
): boolean {
  switch (state) {
    case TransactionState.PREPARE_COMMIT:
    case TransactionState.PREPARE_ABORT:
      return isRetryOverBump;
    case TransactionState.COMPLETE_COMMIT:
    case TransactionState.COMPLETE_ABORT:
      return isRetry || requestEpoch === producerEpoch;
    default:
      return requestEpoch === producerEpoch;
  }
}

/** `isEmpty`: no partition was added, nothing is open. */
function endNow(metadata: TransactionMetadata, end: EndTxn, isEmpty: boolean, isFence: boolean): EndVerdict {
  // The end raises the epoch: when it is the last one the next producer id is needed, fences included (KAFKA-20090).
  const rotation = metadata.isExhausted ? end.nextProducerId() : { id: NO_PRODUCER_ID };
  if (isFence && !end.isCommit) metadata.yieldFence(null);
  if (typeof rotation === 'number') return endAnswer(rotation);
  const { clientTransactionVersion, nowMs } = end;
  const next = metadata.prepareAbortOrCommit(
    prepared(end),
    clientTransactionVersion,
    rotation.id,
    isEmpty,
    nowMs,
  );
  return { kind: 'end', next, isFence };
}

function prepared({ isCommit }: EndTxn): TransactionState {
  return isCommit ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT;
}

export function endAnswer(errorCode: number): EndAnswer {
  return { kind: 'answer', errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}

import { assert } from '../../machine/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import {
  isEpochExhausted,
  type TransactionFields,
  type TransactionMetadata,
} from './transaction-metadata.ts';
import { isSettled, TransactionState } from './transaction-state.ts';

/** What a producer thinks that it is (KIP-360). */
export interface ExpectedProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface InitProducerId {
  readonly txnTimeoutMs: number;
  /** null: whoever comes anew. */
  readonly expected: ExpectedProducer | null;
  readonly nowMs: number;
  /** The next free producer id, or an error code (negative ids do not exist, nor negative codes here). */
  readonly nextProducerId: () => { readonly id: number } | number;
}

/**
 * A producer begins (`prepareInitProducerIdTransit`): the transition that follows, or an error code.
 *
 *     EMPTY, COMPLETE_*  the epoch goes up, or a new id begins at 0 when the epochs are used up
 *     ONGOING            the older producer is fenced and its transaction aborted; this one comes again
 *     PREPARE_*          comes again later
 */
export function decideInitProducerId(
  metadata: TransactionMetadata,
  { expected, nextProducerId, nowMs, txnTimeoutMs }: InitProducerId,
): TransactionFields | number {
  if (metadata.pendingState !== null) return ErrorCode.CONCURRENT_TRANSACTIONS;
  if (expected !== null && !isKnown(metadata, expected)) return ErrorCode.PRODUCER_FENCED;
  const { state } = metadata;
  if (state === TransactionState.PREPARE_ABORT || state === TransactionState.PREPARE_COMMIT) {
    return ErrorCode.CONCURRENT_TRANSACTIONS;
  }
  if (state === TransactionState.ONGOING) return metadata.prepareFence();
  assert(isSettled(state), () => `${metadata.describe()} is a state that nothing rests in`);
  const expectedEpoch = expected === null ? null : expected.producerEpoch;
  const { producerEpoch } = metadata.fields;
  if (metadata.isExhausted && (expectedEpoch === null || expectedEpoch === producerEpoch)) {
    const next = nextProducerId();
    if (typeof next === 'number') return next;
    return metadata.prepareProducerIdRotation(next.id, txnTimeoutMs, expectedEpoch !== null, nowMs);
  }
  return metadata.prepareIncrementProducerEpoch(txnTimeoutMs, expectedEpoch, nowMs);
}

/**
 * Whether a producer may be the present one: nothing was ever written for the id; it names the current producer (the
 * epoch is looked at later); or it used up its epochs and never heard of the id that followed.
 */
function isKnown({ fields }: TransactionMetadata, { producerEpoch, producerId }: ExpectedProducer): boolean {
  if (fields.producerEpoch === -1 || producerId === fields.producerId) return true;
  return producerId === fields.prevProducerId && isEpochExhausted(producerEpoch);
}

import { type BatchHeader, NO_PRODUCER_EPOCH } from '../../records/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import { LogFailure } from '../log-failure.ts';
import { follows, type ProducerEntry } from './producer-entry.ts';
import type { Verification } from './verifications.ts';

/** From this transaction version on every transaction has an epoch of its own (KIP-890). */
const EPOCH_BUMP_VERSION = 2;

/** Why a leader does not take a producer's batch; null: it does (`ProducerAppendInfo`). */
export function rejectBatch(
  entry: ProducerEntry,
  header: BatchHeader,
  isFromClient: boolean,
  verification: Verification | undefined,
): LogFailure | null {
  if (header.producerEpoch < entry.producerEpoch) return staleEpoch(entry, header.producerEpoch);
  if (isFromClient) {
    const misplaced = rejectUnverified(entry, header, verification) ?? rejectSequence(entry, header);
    if (misplaced !== null) return misplaced;
  }
  if (entry.transactionFrom < 0 || header.isTransactional) return null;
  return new LogFailure(
    ErrorCode.INVALID_TXN_STATE,
    `producer ${header.producerId} has a transaction open and writes outside of it`,
  );
}

/**
 * While a transaction is verified its first batch may be refused for a reason that passes, such as a coordinator that
 * is loading. If the second one were let through meanwhile, the first could never be written (KAFKA-14920). In version
 * 2 a producer of whom nothing is known begins at 0.
 */
function rejectUnverified(
  entry: ProducerEntry,
  { baseSequence, producerId }: BatchHeader,
  verification: Verification | undefined,
): LogFailure | null {
  if (verification === undefined) return null;
  const { bumpsEpoch, lowestSequence } = verification;
  const expected = bumpsEpoch && entry.lastBatch === undefined ? 0 : lowestSequence;
  if (baseSequence <= expected) return null;
  return new LogFailure(
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    `producer ${producerId}: sequence ${baseSequence} before ${expected}, which opens its transaction`,
  );
}

/**
 * A producer that nobody knows may begin anywhere: its records may have been deleted. A new epoch begins at 0.
 */
function rejectSequence(entry: ProducerEntry, header: BatchHeader): LogFailure | null {
  const { baseSequence, producerEpoch } = header;
  if (entry.producerEpoch === NO_PRODUCER_EPOCH) return null;
  const isInOrder =
    producerEpoch === entry.producerEpoch ? follows(entry.lastSequence, baseSequence) : baseSequence === 0;
  if (isInOrder) return null;
  const known = `${entry.lastSequence} in epoch ${entry.producerEpoch}`;
  return new LogFailure(
    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    `producer ${header.producerId}: sequence ${baseSequence} in epoch ${producerEpoch} after ${known}`,
  );
}

/**
 * Why a leader does not take a marker; null: it does. With transaction version 2 a marker's epoch is above that of the
 * transaction, except when it comes again and nothing is open (KAFKA-19999).
 */
export function rejectMarker(
  entry: ProducerEntry,
  producerEpoch: number,
  coordinatorEpoch: number,
  transactionVersion: number,
): LogFailure | null {
  const isRetry = producerEpoch === entry.producerEpoch && entry.transactionFrom < 0;
  const mustRise = transactionVersion >= EPOCH_BUMP_VERSION && !isRetry;
  const isStale = mustRise ? producerEpoch <= entry.producerEpoch : producerEpoch < entry.producerEpoch;
  if (isStale) return staleEpoch(entry, producerEpoch);
  if (coordinatorEpoch >= entry.coordinatorEpoch) return null;
  return new LogFailure(
    ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    `a marker of coordinator epoch ${coordinatorEpoch} after one of ${entry.coordinatorEpoch}`,
  );
}

function staleEpoch(entry: ProducerEntry, producerEpoch: number): LogFailure {
  return new LogFailure(
    ErrorCode.INVALID_PRODUCER_EPOCH,
    `producer ${entry.producerId}: epoch ${producerEpoch}, and ${entry.producerEpoch} is known`,
  );
}

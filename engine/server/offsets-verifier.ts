import type { TransactionVerifier } from '../broker/index.ts';
import type { TransactionalOrigin, WriteVerifier } from '../coordinator/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { CONSUMER_OFFSETS } from '../metadata/index.ts';
import type { Replicas } from '../replication/index.ts';
import { ErrorCode } from '../wire/index.ts';

/** TxnOffsetCommit v4 knows TRANSACTION_ABORTABLE, v5 adds the partition by writing to it. */
const ABORTABLE_VERSION = 4;
const ADD_VERSION = 5;
/** Offsets have no sequences. */
const NO_SEQUENCE = -1;
const NOBODY_ASKED = -1;

/**
 * Positions that are part of a transaction are verified as records are, once for each transaction
 * (`GroupCoordinatorService.commitTransactionalOffsets`, `ReplicaManager.maybeSendPartitionToTransactionCoordinator`).
 */
export class OffsetsVerifier implements WriteVerifier {
  readonly #verifier: TransactionVerifier;
  readonly #replicas: Replicas;

  constructor(verifier: TransactionVerifier, replicas: Replicas) {
    this.#verifier = verifier;
    this.#replicas = replicas;
  }

  verify(
    now: Us,
    partition: number,
    origin: TransactionalOrigin,
    done: (now: Us, errorCode: number, guard: unknown, out: Outbox) => void,
    out: Outbox,
  ): void {
    const { apiVersion, producerEpoch, producerId, transactionalId } = origin;
    const support =
      apiVersion >= ADD_VERSION ? 'add' : apiVersion >= ABORTABLE_VERSION ? 'abortable' : 'default';
    const partitions = [{ topic: CONSUMER_OFFSETS, partition }];
    const producers = this.#replicas.view(CONSUMER_OFFSETS, partition)?.log?.producers;
    // Without a log there is no coordinator either, which is found out behind this.
    const isAsked = producers !== undefined && this.#verifier.isNeeded(support);
    const guard = isAsked
      ? producers.beginVerification(producerId, producerEpoch, NO_SEQUENCE, support === 'add')
      : NOBODY_ASKED;
    if (guard === NOBODY_ASKED) {
      done(now, ErrorCode.NONE, null, out);
      return;
    }
    this.#verifier.verify(
      now,
      { transactionalId, producerId, producerEpoch, partitions, support },
      (at, errors, to) => {
        const code = errors.get(`${CONSUMER_OFFSETS}-${partition}`) ?? ErrorCode.NONE;
        // The transaction ended while it was asked about: what is written now would hang in none (VerificationGuard).
        const isLate = code === ErrorCode.NONE && !this.#isVerified(partition, origin, guard);
        done(at, isLate ? ErrorCode.INVALID_TXN_STATE : toldGroup(code), guard, to);
      },
      out,
    );
  }

  #isVerified(partition: number, { producerEpoch, producerId }: TransactionalOrigin, guard: number): boolean {
    const producers = this.#replicas.view(CONSUMER_OFFSETS, partition)?.log?.producers;
    return producers === undefined || producers.isVerified(producerId, producerEpoch, guard);
  }
}

/** What a coordinator of groups makes of errors of one of transactions: such that the client tries again. */
function toldGroup(code: number): number {
  switch (code) {
    case ErrorCode.NETWORK_EXCEPTION:
      return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    default:
      return code;
  }
}

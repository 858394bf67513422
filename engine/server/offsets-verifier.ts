import type { TransactionVerifier } from '../broker/index.ts';
import type { TransactionalOrigin, WriteVerifier } from '../coordinator/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { CONSUMER_OFFSETS } from '../metadata/index.ts';
import { ErrorCode } from '../wire/index.ts';

/** TxnOffsetCommit v4 knows TRANSACTION_ABORTABLE, v5 adds the partition by writing to it. */
const ABORTABLE_VERSION = 4;
const ADD_VERSION = 5;

/** Positions that are part of a transaction are verified as records are (`GroupCoordinatorService.commitTransactionalOffsets`). */
export class OffsetsVerifier implements WriteVerifier {
  readonly #verifier: TransactionVerifier;

  constructor(verifier: TransactionVerifier) {
    this.#verifier = verifier;
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
    this.#verifier.verify(
      now,
      { transactionalId, producerId, producerEpoch, partitions, support },
      (at, errors, to) => {
        const code = errors.get(`${CONSUMER_OFFSETS}-${partition}`) ?? ErrorCode.NONE;
        done(at, toldGroup(code), null, to);
      },
      out,
    );
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

import { ANY_VERSION } from '../../../exchange/index.ts';
import { ApiKey, type EndTxnRequest, type EndTxnResponse, ErrorCode } from '../../../wire/index.ts';
import { type CoordinatorRequest, RequestPriority } from '../coordinator-request.ts';
import { PendingResult } from '../pending-result.ts';
import { errorOf } from '../producer-errors.ts';
import type { TransactionSession } from '../transaction-session.ts';

/** Before the coordinator raises the epoch with every transaction (KIP-890). */
const LAST_VERSION_OF_TV1 = 4;

/** Commits or aborts (`EndTxnHandler`). */
export class EndTxnCall implements CoordinatorRequest {
  readonly apiKey = ApiKey.EndTxn;
  readonly versionCap: number;
  readonly priority = RequestPriority.endTxn;
  readonly coordinator = 'transaction';
  readonly coordinatorKey: string;
  readonly result = new PendingResult();
  readonly #session: TransactionSession;
  readonly #body: EndTxnRequest;
  isRetry = false;

  constructor(session: TransactionSession, isCommit: boolean) {
    this.#session = session;
    this.versionCap = session.isTransactionV2 ? ANY_VERSION : LAST_VERSION_OF_TV1;
    this.coordinatorKey = session.transactionalId!;
    this.#body = {
      transactionalId: session.transactionalId!,
      producerId: session.state.producerId,
      producerEpoch: session.state.producerEpoch,
      committed: isCommit,
    };
  }

  get backoffUs(): number {
    return this.#session.backoffUs;
  }

  body(): EndTxnRequest {
    return this.#body;
  }

  onLost(): void {
    this.#session.isEndInDoubt = true;
  }

  onResponse(body: object): void {
    const { errorCode, producerId, producerEpoch } = body as EndTxnResponse;
    const session = this.#session;
    if (mayHaveEnded(errorCode)) session.isEndInDoubt = true;
    if (errorCode === ErrorCode.NONE) {
      // TV2: the next epoch, or the next id when epochs have run out.
      if (producerId >= 0) {
        session.state.setId(producerId, producerEpoch);
        session.idempotence.sequences.forgetAll();
      }
      session.onEnded();
      this.result.done();
    } else if (errorCode === ErrorCode.TRANSACTION_ABORTABLE && !this.#body.committed) {
      // An abort that asks to be aborted would go round in circles.
      session.onFatal(this, errorOf(errorCode, 'when aborting the transaction'));
    } else session.onError(this, errorCode, 'when ending the transaction');
  }
}

/**
 * Whether a coordinator that answers this may have decided the transaction, or may yet: it has written its decision
 * and cannot say whether it is replicated. The others are said before anything is written.
 */
function mayHaveEnded(errorCode: number): boolean {
  switch (errorCode) {
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.CONCURRENT_TRANSACTIONS:
    case ErrorCode.INVALID_REQUEST:
    case ErrorCode.INVALID_PRODUCER_EPOCH:
    case ErrorCode.PRODUCER_FENCED:
    case ErrorCode.INVALID_PRODUCER_ID_MAPPING:
    case ErrorCode.INVALID_TXN_STATE:
    case ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case ErrorCode.TRANSACTION_ABORTABLE:
    case ErrorCode.UNKNOWN_PRODUCER_ID:
    case ErrorCode.UNSUPPORTED_VERSION:
      return false;
    default:
      return true;
  }
}

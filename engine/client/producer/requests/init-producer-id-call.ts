import {
  ApiKey,
  ErrorCode,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from '../../../wire/index.ts';
import { type CoordinatorRequest, type CoordinatorType, RequestPriority } from '../coordinator-request.ts';
import { PendingResult } from '../pending-result.ts';
import { errorOf } from '../producer-errors.ts';
import type { TransactionSession } from '../transaction-session.ts';

/** The highest version that is not a preview of two-phase commit (KIP-939). */
const LAST_STABLE_VERSION = 5;
/** Nobody ends what an idempotent producer writes. */
const NO_TIMEOUT_MS = 0x7fffffff;

/** Asks for a producer id, or for the next epoch of the one at hand (`InitProducerIdHandler`). */
export class InitProducerIdCall implements CoordinatorRequest {
  readonly apiKey = ApiKey.InitProducerId;
  readonly versionCap = LAST_STABLE_VERSION;
  readonly priority: number;
  readonly coordinator: CoordinatorType | null;
  readonly coordinatorKey: string;
  readonly result = new PendingResult();
  readonly #session: TransactionSession;
  readonly #isEpochBump: boolean;
  readonly #body: InitProducerIdRequest;
  isRetry = false;

  constructor(session: TransactionSession, isEpochBump: boolean) {
    const { transactionalId, state } = session;
    this.#session = session;
    this.#isEpochBump = isEpochBump;
    this.priority = isEpochBump ? RequestPriority.epochBump : RequestPriority.initProducerId;
    this.coordinator = transactionalId === null ? null : 'transaction';
    this.coordinatorKey = transactionalId ?? '';
    this.#body = {
      transactionalId,
      transactionTimeoutMs: transactionalId === null ? NO_TIMEOUT_MS : session.transactionTimeoutMs,
      producerId: isEpochBump ? state.producerId : -1,
      producerEpoch: isEpochBump ? state.producerEpoch : -1,
      enable2Pc: false,
      keepPreparedTxn: false,
    };
  }

  get backoffUs(): number {
    return this.#session.backoffUs;
  }

  body(): InitProducerIdRequest {
    return this.#body;
  }

  onResponse(body: object): void {
    const { errorCode, producerId, producerEpoch } = body as InitProducerIdResponse;
    const session = this.#session;
    if (errorCode === ErrorCode.NONE) {
      session.state.setId(producerId, producerEpoch);
      session.state.becomeOrPoison('ready');
      if (this.#isEpochBump) session.idempotence.sequences.forgetAll();
      this.result.done();
    } else if (
      errorCode === ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
      errorCode === ErrorCode.CLUSTER_AUTHORIZATION_FAILED
    ) {
      session.onAbortable(this, errorOf(errorCode, 'when asking for a producer id'));
    } else if (errorCode === ErrorCode.UNKNOWN_PRODUCER_ID) {
      session.onFatal(this, errorOf(errorCode, 'when asking for a producer id'));
    } else session.onError(this, errorCode, 'when asking for a producer id');
  }
}

import { ANY_VERSION } from '../../../exchange/index.ts';
import {
  ApiKey,
  ErrorCode,
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
  isRetriable,
} from '../../../wire/index.ts';
import {
  COORDINATOR_KEY_TYPE,
  type CoordinatorRequest,
  type CoordinatorType,
  RequestPriority,
} from '../coordinator-request.ts';
import { PendingResult } from '../pending-result.ts';
import { errorOf } from '../producer-errors.ts';
import type { TransactionSession } from '../transaction-session.ts';

/** From this version on a request asks for several keys (KIP-699). */
const FIRST_VERSION_WITH_KEYS = 4;

/** Asks any broker where a coordinator is (`FindCoordinatorHandler`). */
export class FindCoordinatorCall implements CoordinatorRequest {
  readonly apiKey = ApiKey.FindCoordinator;
  readonly versionCap = ANY_VERSION;
  readonly priority = RequestPriority.findCoordinator;
  readonly coordinator = null;
  readonly coordinatorKey = '';
  readonly result = new PendingResult();
  readonly type: CoordinatorType;
  readonly #key: string;
  readonly #session: TransactionSession;
  isRetry: boolean;

  constructor(session: TransactionSession, type: CoordinatorType, key: string, isRetry: boolean) {
    this.#session = session;
    this.type = type;
    this.#key = key;
    this.isRetry = isRetry;
  }

  get backoffUs(): number {
    return this.#session.backoffUs;
  }

  body(apiVersion: number): FindCoordinatorRequest {
    const asksForKeys = apiVersion >= FIRST_VERSION_WITH_KEYS;
    return {
      key: asksForKeys ? '' : this.#key,
      keyType: COORDINATOR_KEY_TYPE[this.type],
      coordinatorKeys: asksForKeys ? [this.#key] : [],
    };
  }

  onResponse(body: object): void {
    const response = body as FindCoordinatorResponse;
    const session = this.#session;
    const { errorCode, nodeId, host, port } = response.coordinators[0] ?? response;
    if (errorCode === ErrorCode.NONE) {
      session.queue.setCoordinator(this.type, nodeId, host, port);
      this.result.done();
    } else if (isRetriable(errorCode)) session.queue.retry(this);
    else {
      const error = errorOf(errorCode, `when looking for the ${this.type} coordinator of ${this.#key}`);
      const canAbort =
        errorCode === ErrorCode.GROUP_AUTHORIZATION_FAILED || errorCode === ErrorCode.TRANSACTION_ABORTABLE;
      if (canAbort) session.onAbortable(this, error);
      else session.onFatal(this, error);
    }
  }
}

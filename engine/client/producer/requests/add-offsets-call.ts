import { ANY_VERSION } from '../../../exchange/index.ts';
import {
  type AddOffsetsToTxnRequest,
  type AddOffsetsToTxnResponse,
  ApiKey,
  ErrorCode,
} from '../../../wire/index.ts';
import type { ConsumerGroupMetadata, GroupOffset } from '../../ports.ts';
import { type CoordinatorRequest, RequestPriority } from '../coordinator-request.ts';
import { PendingResult } from '../pending-result.ts';
import { errorOf } from '../producer-errors.ts';
import type { TransactionSession } from '../transaction-session.ts';

/**
 * TV1: tells the transaction coordinator that a group's offsets are part of the transaction; then they are sent
 * (`AddOffsetsToTxnHandler`).
 */
export class AddOffsetsCall implements CoordinatorRequest {
  readonly apiKey = ApiKey.AddOffsetsToTxn;
  readonly versionCap = ANY_VERSION;
  readonly priority = RequestPriority.addPartitionsOrOffsets;
  readonly coordinator = 'transaction';
  readonly coordinatorKey: string;
  readonly result = new PendingResult();
  readonly #session: TransactionSession;
  readonly #offsets: readonly GroupOffset[];
  readonly #group: ConsumerGroupMetadata;
  readonly #body: AddOffsetsToTxnRequest;
  isRetry = false;

  constructor(session: TransactionSession, offsets: readonly GroupOffset[], group: ConsumerGroupMetadata) {
    this.#session = session;
    this.#offsets = offsets;
    this.#group = group;
    this.coordinatorKey = session.transactionalId!;
    this.#body = {
      transactionalId: session.transactionalId!,
      producerId: session.state.producerId,
      producerEpoch: session.state.producerEpoch,
      groupId: group.groupId,
    };
  }

  get backoffUs(): number {
    return this.#session.backoffUs;
  }

  body(): AddOffsetsToTxnRequest {
    return this.#body;
  }

  onResponse(body: object): void {
    const { errorCode } = body as AddOffsetsToTxnResponse;
    const session = this.#session;
    if (errorCode === ErrorCode.NONE) {
      // The call ends only when the offsets are there.
      session.commitOffsets(this.#offsets, this.#group, this.result);
      session.isStarted = true;
    } else if (errorCode === ErrorCode.GROUP_AUTHORIZATION_FAILED) {
      session.onAbortable(this, errorOf(errorCode, 'when adding offsets to the transaction'));
    } else session.onError(this, errorCode, 'when adding offsets to the transaction');
  }
}

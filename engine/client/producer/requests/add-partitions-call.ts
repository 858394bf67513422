import { MS } from '../../../machine/index.ts';
import {
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
  ApiKey,
  ErrorCode,
  isRetriable,
} from '../../../wire/index.ts';
import type { TopicPartition } from '../../ports.ts';
import { type CoordinatorRequest, RequestPriority } from '../coordinator-request.ts';
import { PendingResult } from '../pending-result.ts';
import { errorOf } from '../producer-errors.ts';
import type { TransactionSession } from '../transaction-session.ts';

/** What comes later is for brokers (KIP-890). */
const LAST_CLIENT_VERSION = 3;
/** While the last transaction is being completed, which does not take long (KAFKA-5482). */
const FIRST_PARTITION_BACKOFF_US = 20 * MS;

/** TV1: tells the coordinator of partitions before anything is written there (`AddPartitionsToTxnHandler`). */
export class AddPartitionsCall implements CoordinatorRequest {
  readonly apiKey = ApiKey.AddPartitionsToTxn;
  readonly versionCap = LAST_CLIENT_VERSION;
  readonly priority = RequestPriority.addPartitionsOrOffsets;
  readonly coordinator = 'transaction';
  readonly coordinatorKey: string;
  readonly result = new PendingResult();
  readonly #session: TransactionSession;
  readonly #body: AddPartitionsToTxnRequest;
  isRetry = false;
  backoffUs: number;

  constructor(session: TransactionSession, partitions: readonly TopicPartition[]) {
    this.#session = session;
    this.coordinatorKey = session.transactionalId!;
    this.backoffUs = session.backoffUs;
    const byTopic = new Map<string, number[]>();
    for (const { topic, partition } of partitions) {
      const known = byTopic.get(topic);
      if (known === undefined) byTopic.set(topic, [partition]);
      else known.push(partition);
    }
    this.#body = {
      transactions: [],
      v3AndBelowTransactionalId: session.transactionalId!,
      v3AndBelowProducerId: session.state.producerId,
      v3AndBelowProducerEpoch: session.state.producerEpoch,
      v3AndBelowTopics: [...byTopic].map(([name, indexes]) => ({ name, partitions: indexes })),
    };
  }

  body(): AddPartitionsToTxnRequest {
    return this.#body;
  }

  onResponse(body: object): void {
    const { resultsByTopicV3AndBelow: topics } = body as AddPartitionsToTxnResponse;
    const session = this.#session;
    this.backoffUs = session.backoffUs;
    let denied: number = ErrorCode.NONE;
    let failed: number = ErrorCode.NONE;
    for (const { resultsByPartition } of topics) {
      for (const { partitionErrorCode: code } of resultsByPartition) {
        if (code === ErrorCode.NONE) continue;
        if (code === ErrorCode.TOPIC_AUTHORIZATION_FAILED) denied = code;
        else if (isOfAll(code)) {
          this.#onError(code);
          return;
        } else failed = code;
      }
    }
    for (const { name, resultsByPartition } of topics) {
      // Whatever the verdict: batches of partitions that were added earlier must be able to leave.
      for (const { partitionIndex } of resultsByPartition)
        session.partitions.forgetPending(name, partitionIndex);
    }
    const error = denied !== ErrorCode.NONE ? denied : failed;
    if (error !== ErrorCode.NONE) {
      session.onAbortable(this, errorOf(error, 'when adding partitions to the transaction'));
      return;
    }
    for (const { name, resultsByPartition } of topics) {
      for (const { partitionIndex } of resultsByPartition) session.partitions.add(name, partitionIndex);
    }
    session.isStarted = true;
    this.result.done();
  }

  #onError(code: number): void {
    const session = this.#session;
    if (code === ErrorCode.CONCURRENT_TRANSACTIONS && !session.partitions.hasAdded) {
      this.backoffUs = Math.min(session.backoffUs, FIRST_PARTITION_BACKOFF_US);
    }
    session.onError(this, code, 'when adding partitions to the transaction');
  }
}

/** Codes that speak of the transaction or of the coordinator rather than of one partition. */
function isOfAll(code: number): boolean {
  switch (code) {
    case ErrorCode.INVALID_PRODUCER_EPOCH:
    case ErrorCode.PRODUCER_FENCED:
    case ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case ErrorCode.INVALID_TXN_STATE:
    case ErrorCode.INVALID_PRODUCER_ID_MAPPING:
    case ErrorCode.UNKNOWN_PRODUCER_ID:
    case ErrorCode.TRANSACTION_ABORTABLE:
      return true;
    default:
      return isRetriable(code);
  }
}

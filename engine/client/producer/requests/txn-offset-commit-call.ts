import { ANY_VERSION } from '../../../exchange/index.ts';
import {
  ApiKey,
  ErrorCode,
  errorName,
  isRetriable,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
  type Uuid,
  ZERO_UUID,
} from '../../../wire/index.ts';
import type { ConsumerGroupMetadata, GroupOffset } from '../../ports.ts';
import { ByPartition } from '../by-partition.ts';
import { type CoordinatorRequest, RequestPriority } from '../coordinator-request.ts';
import type { PendingResult } from '../pending-result.ts';
import { errorOf, FENCED } from '../producer-errors.ts';
import type { TransactionSession } from '../transaction-session.ts';

/** Before the coordinator of the group adds itself to the transaction (KIP-890). */
const LAST_VERSION_OF_TV1 = 4;
/** From the next version on topics go by id (KIP-1319): only when all of them are known by it. */
const LAST_VERSION_WITH_NAMES = 5;
const FIRST_VERSION_WITH_IDS = 6;
/** Earlier ones cannot say who the member is (KIP-447). */
const FIRST_VERSION_WITH_MEMBERS = 3;

type Topics = TxnOffsetCommitRequest['topics'];

/** Sends offsets to the group's coordinator, to be committed with the transaction (`TxnOffsetCommitHandler`). */
export class TxnOffsetCommitCall implements CoordinatorRequest {
  readonly apiKey = ApiKey.TxnOffsetCommit;
  readonly versionCap: number;
  readonly priority = RequestPriority.addPartitionsOrOffsets;
  readonly coordinator = 'group';
  readonly coordinatorKey: string;
  readonly result: PendingResult;
  readonly #session: TransactionSession;
  readonly #group: ConsumerGroupMetadata;
  /** As of when it was made: metadata may know other ids when the answer comes. */
  readonly #names = new Map<Uuid, string>();
  readonly #topics: Topics;
  /** Not acknowledged yet. */
  readonly #missing = new ByPartition<true>();
  readonly #producerId: number;
  readonly #producerEpoch: number;
  isRetry = false;

  constructor(
    session: TransactionSession,
    offsets: readonly GroupOffset[],
    group: ConsumerGroupMetadata,
    result: PendingResult,
  ) {
    this.#session = session;
    this.#group = group;
    this.result = result;
    this.coordinatorKey = group.groupId;
    this.#producerId = session.state.producerId;
    this.#producerEpoch = session.state.producerEpoch;
    this.#topics = this.#topicsOf(offsets);
    const hasIds = this.#topics.every(({ topicId }) => topicId !== ZERO_UUID);
    if (!session.isTransactionV2) this.versionCap = LAST_VERSION_OF_TV1;
    else this.versionCap = hasIds ? ANY_VERSION : LAST_VERSION_WITH_NAMES;
  }

  get backoffUs(): number {
    return this.#session.backoffUs;
  }

  body(apiVersion: number): TxnOffsetCommitRequest {
    const { groupId, memberId, generationId, groupInstanceId } = this.#group;
    const byId = apiVersion >= FIRST_VERSION_WITH_IDS;
    const says = apiVersion >= FIRST_VERSION_WITH_MEMBERS;
    return {
      transactionalId: this.#session.transactionalId!,
      groupId,
      producerId: this.#producerId,
      producerEpoch: this.#producerEpoch,
      generationIdOrMemberEpoch: says ? generationId : -1,
      memberId: says ? memberId : '',
      groupInstanceId: says ? groupInstanceId : null,
      topics: this.#topics.map(({ name, topicId, partitions }) => ({
        name: byId ? '' : name,
        topicId: byId ? topicId : ZERO_UUID,
        partitions,
      })),
    };
  }

  onResponse(body: object): void {
    const { topics } = body as TxnOffsetCommitResponse;
    let isLost = false;
    for (const { name, topicId, partitions } of topics) {
      const topic = name === '' ? this.#names.get(topicId) : name;
      if (topic === undefined) continue;
      for (const { partitionIndex, errorCode } of partitions) {
        if (errorCode === ErrorCode.NONE) this.#missing.delete(topic, partitionIndex);
        else if (isOfAnotherCoordinator(errorCode)) isLost = true;
        else if (!isRetriable(errorCode)) {
          this.#onError(errorCode);
          return;
        }
      }
    }
    const { queue } = this.#session;
    if (isLost) this.#session.lookup('group', this.coordinatorKey, false);
    if (this.#missing.isEmpty) this.result.done();
    else queue.retry(this);
  }

  #onError(code: number): void {
    const session = this.#session;
    const context = `when sending offsets of group ${this.#group.groupId}`;
    switch (code) {
      case ErrorCode.GROUP_AUTHORIZATION_FAILED:
      case ErrorCode.FENCED_INSTANCE_ID:
      case ErrorCode.TRANSACTION_ABORTABLE:
        session.onAbortable(this, errorOf(code, context));
        break;
      // `CommitFailedException`: the group has gone on without this member.
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.ILLEGAL_GENERATION:
      case ErrorCode.GROUP_ID_NOT_FOUND:
      case ErrorCode.STALE_MEMBER_EPOCH:
        session.onAbortable(this, {
          code,
          message: `${errorName(code)}: the group has gone on without this member`,
        });
        break;
      case ErrorCode.INVALID_PRODUCER_EPOCH:
      case ErrorCode.PRODUCER_FENCED:
        session.onFatal(this, FENCED);
        break;
      default:
        session.onFatal(this, errorOf(code, context));
    }
  }

  #topicsOf(offsets: readonly GroupOffset[]): Topics {
    const byName = new Map<
      string,
      Topics[number] & { readonly partitions: Topics[number]['partitions'][number][] }
    >();
    for (const { topic, partition, offset, leaderEpoch, metadata } of offsets) {
      let known = byName.get(topic);
      if (known === undefined) {
        const topicId = this.#session.topicId(topic);
        known = { name: topic, topicId, partitions: [] };
        byName.set(topic, known);
        if (topicId !== ZERO_UUID) this.#names.set(topicId, topic);
      }
      known.partitions.push({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch,
        committedMetadata: metadata,
      });
      this.#missing.set(topic, partition, true);
    }
    return [...byName.values()];
  }
}

function isOfAnotherCoordinator(code: number): boolean {
  return (
    code === ErrorCode.COORDINATOR_NOT_AVAILABLE ||
    code === ErrorCode.NOT_COORDINATOR ||
    code === ErrorCode.REQUEST_TIMED_OUT
  );
}

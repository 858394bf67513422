import type { Request, RequestId } from '../exchange/index.ts';
import { assert, MS, type Outbox, timerId, type Us } from '../machine/index.ts';
import { isRecordsError, parseBatch } from '../records/index.ts';
import { ErrorCode, type ProduceRequest, type Records, ZERO_UUID } from '../wire/index.ts';
import { Acks, appendToLeader } from './append.ts';
import { effectiveMinIsr } from './high-watermark.ts';
import type { AwaitedOffset, ParkedProduce, ProduceOutcome } from './parked-produce.ts';
import type { Partition } from './partition.ts';
import { notProduced, type ProducedPartition, produced, produceResponse } from './produce-response.ts';
import type { ReplicationContext } from './replication-context.ts';
import { ReplicationTimer } from './timer.ts';
import type { PartitionErrors } from './transactional-produce.ts';

/** Produce v7 allows zstd, v13 names topics by id. */
const ZSTD_VERSION = 7;
const TOPIC_ID_VERSION = 13;
const ZSTD = 4;
/** Parked at the same time; one per connection, so reaching it means that settled produces leak. */
const MAX_PARKED = 100_000;
/** The client id with which Kafka's own tools may write to internal topics. */
const ADMIN_CLIENT = '__admin_client';
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/**
 * Serves produce requests (`KafkaApis.handleProduceRequest`, `ReplicaManager.appendRecords`, `DelayedProduce`).
 *
 * Invariant: every produce is answered exactly once: at once, when its last pending partition is settled, or by its
 * timer.
 */
export class Produces {
  readonly #context: ReplicationContext;
  readonly #parked = new Map<RequestId, ParkedProduce>();

  constructor(context: ReplicationContext) {
    this.#context = context;
  }

  get parkedCount(): number {
    return this.#parked.size;
  }

  /** Partitions in `errors` are refused with the code that stands there. */
  handle(now: Us, request: Request<ProduceRequest>, errors: PartitionErrors | null, out: Outbox): void {
    const { body } = request;
    const outcomes: ProduceOutcome[] = [];
    const awaited: AwaitedOffset[] = [];
    const produce: ParkedProduce = {
      requestId: request.id,
      apiVersion: request.apiVersion,
      outcomes,
      pending: 0,
      sync: 0,
    };
    for (const topic of body.topicData) {
      const name = this.#nameOf(topic.name, topic.topicId);
      for (const { index, records } of topic.partitionData) {
        const refused = errors?.get(`${name}-${index}`);
        const partition = refused ?? this.#admit(request, name, topic.topicId, index, records);
        const data =
          typeof partition === 'number'
            ? notProduced(index, partition)
            : this.#append(now, produce, partition, records ?? [], body.acks, awaited, out);
        outcomes.push({ topic: name, topicId: topic.topicId, index, data });
      }
    }
    if (body.acks === Acks.None) {
      this.#endSilently(request.id, outcomes, out);
    } else if (awaited.length > 0) {
      this.#park(now, produce, awaited, body.timeoutMs * MS, out);
    } else {
      this.#answer(produce, out);
    }
  }

  /** The high watermark moved, or the role did: settles what was waiting for it. */
  settle(partition: Partition, out: Outbox): void {
    const { awaited } = partition;
    if (awaited.length === 0) return;
    const leading = partition.leading;
    if (leading === null) {
      const error = this.#lostErrorOf(partition);
      for (const waiting of awaited.splice(0)) this.#settleOne(waiting, error, out);
      return;
    }
    const highWatermark = partition.openLog().highWatermark;
    let reached = 0;
    while (reached < awaited.length && awaited[reached]!.requiredOffset <= highWatermark) reached += 1;
    if (reached === 0) return;
    const enough = effectiveMinIsr(partition, leading) <= leading.isrState.maximalIsr.length;
    if (!enough) out.probe('acks=all reached its offset with too few in-sync replicas');
    const error = enough ? ErrorCode.NONE : ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
    for (const waiting of awaited.splice(0, reached)) this.#settleOne(waiting, error, out);
  }

  /** The records stay in the log: a time-out tells nothing about them. */
  onExpired(requestId: RequestId, out: Outbox): void {
    const produce = this.#parked.get(requestId);
    if (produce === undefined) return;
    out.probe('acks=all timed out');
    for (const outcome of produce.outcomes) {
      const partition = this.#context.hosted.find(outcome.topic, outcome.index);
      if (partition === undefined) continue;
      const waiting = partition.awaited.findIndex((each) => each.produce === produce);
      if (waiting !== -1) {
        const [expired] = partition.awaited.splice(waiting, 1);
        assert(expired !== undefined, 'what was found is there');
        this.#settleOne(expired, ErrorCode.REQUEST_TIMED_OUT, out);
      }
    }
    assert(produce.pending === 0, 'every pending partition of a produce is awaited');
  }

  #nameOf(name: string, topicId: string): string {
    return topicId === ZERO_UUID ? name : (this.#context.image.topicsById.get(topicId)?.name ?? '');
  }

  /** The partition to append to, or why the batch is refused before any log is touched; in Kafka's order. */
  #admit(
    request: Request<ProduceRequest>,
    topic: string,
    topicId: string,
    index: number,
    records: Records | null,
  ): Partition | number {
    if (topic === '' && request.apiVersion >= TOPIC_ID_VERSION) return ErrorCode.UNKNOWN_TOPIC_ID;
    const { hosted, image } = this.#context;
    if (image.topicsByName.get(topic)?.partitions[index] === undefined)
      return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    const invalid = rejectRecords(request.apiVersion, records);
    if (invalid !== ErrorCode.NONE) return invalid;
    const { acks } = request.body;
    if (acks !== Acks.All && acks !== Acks.Leader && acks !== Acks.None)
      return ErrorCode.INVALID_REQUIRED_ACKS;
    if (INTERNAL_TOPICS.has(topic) && request.clientId !== ADMIN_CLIENT)
      return ErrorCode.INVALID_TOPIC_EXCEPTION;
    const partition = hosted.find(topic, index);
    const unserved = hosted.reject(image, topic, index, partition);
    if (unserved !== ErrorCode.NONE) return unserved;
    assert(partition !== undefined, 'a partition that is not rejected is hosted');
    const isOther = topicId !== ZERO_UUID && partition.topicId !== topicId;
    return isOther ? ErrorCode.UNKNOWN_TOPIC_ID : partition;
  }

  #append(
    now: Us,
    produce: ParkedProduce,
    partition: Partition,
    records: Records,
    acks: number,
    awaited: AwaitedOffset[],
    out: Outbox,
  ): ProducedPartition {
    const appended = appendToLeader(this.#context, partition, records, acks, now, out);
    if (typeof appended === 'number') {
      const logStartOffset = isAboutBatch(appended) ? (partition.log?.logStartOffset ?? -1) : -1;
      return notProduced(partition.index, appended, logStartOffset);
    }
    produce.sync = Math.max(produce.sync, appended.sync);
    if (acks === Acks.All) {
      awaited.push({ produce, outcome: produce.outcomes.length, requiredOffset: appended.lastOffset + 1 });
    }
    return produced(
      partition.index,
      appended.baseOffset,
      appended.logAppendTime,
      partition.openLog().logStartOffset,
    );
  }

  #park(
    now: Us,
    produce: ParkedProduce,
    awaited: readonly AwaitedOffset[],
    timeoutUs: Us,
    out: Outbox,
  ): void {
    assert(this.#parked.size < MAX_PARKED, 'parked produces are bounded');
    produce.pending = awaited.length;
    for (const waiting of awaited) {
      const outcome = produce.outcomes[waiting.outcome]!;
      const partition = this.#context.hosted.find(outcome.topic, outcome.index);
      assert(partition !== undefined, 'what was appended to is hosted');
      insertByOffset(partition.awaited, waiting);
      this.settle(partition, out);
    }
    if (produce.pending === 0) return;
    this.#parked.set(produce.requestId, produce);
    out.arm(timerId(ReplicationTimer.ProduceExpired, produce.requestId), now + Math.max(0, timeoutUs));
  }

  #settleOne(waiting: AwaitedOffset, errorCode: number, out: Outbox): void {
    const { produce } = waiting;
    if (errorCode !== ErrorCode.NONE) {
      const outcome = produce.outcomes[waiting.outcome]!;
      produce.outcomes[waiting.outcome] = { ...outcome, data: { ...outcome.data, errorCode } };
    }
    produce.pending -= 1;
    if (produce.pending > 0) return;
    if (this.#parked.delete(produce.requestId)) {
      out.disarm(timerId(ReplicationTimer.ProduceExpired, produce.requestId));
    }
    this.#answer(produce, out);
  }

  #lostErrorOf(partition: Partition): number {
    const { hosted, image } = this.#context;
    const stopped = partition.role.kind === 'stopped';
    const error = hosted.reject(image, partition.topic, partition.index, stopped ? undefined : partition);
    return error === ErrorCode.NONE ? ErrorCode.NOT_LEADER_OR_FOLLOWER : error;
  }

  #answer(produce: ParkedProduce, out: Outbox): void {
    const body = produceResponse(this.#context, produce.apiVersion, produce.outcomes);
    this.#context.responder.respond(produce.requestId, body, out, produce.sync);
  }

  /** acks=0 has no answer: the only way to tell of an error is to hang up. */
  #endSilently(requestId: RequestId, outcomes: readonly ProduceOutcome[], out: Outbox): void {
    if (outcomes.some((outcome) => outcome.data.errorCode !== ErrorCode.NONE)) {
      out.probe('acks=0 in error disconnected');
      this.#context.responder.disconnect(requestId, out);
    } else {
      this.#context.responder.settleSilently(requestId, out);
    }
  }
}

/** Exactly one batch, of format v2, in a codec that the version may carry (`ProduceRequest.validateRecords`). */
function rejectRecords(apiVersion: number, records: Records | null): number {
  if (records === null || records.length === 0) return ErrorCode.INVALID_RECORD;
  const [batch] = records;
  if (batch === undefined || batch.length === 0) return ErrorCode.INVALID_RECORD;
  const header = parseBatch(batch, 0);
  if (isRecordsError(header)) {
    return header.code === 'unsupported' ? ErrorCode.INVALID_RECORD : ErrorCode.CORRUPT_MESSAGE;
  }
  if (header.codec === ZSTD && apiVersion < ZSTD_VERSION) return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
  return records.length > 1 || header.length < batch.length ? ErrorCode.INVALID_RECORD : ErrorCode.NONE;
}

/** Errors that speak of the batch tell the log start; errors that say "not here" do not (`appendToLocalLog`). */
function isAboutBatch(errorCode: number): boolean {
  switch (errorCode) {
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
    case ErrorCode.CORRUPT_MESSAGE:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return false;
    default:
      return true;
  }
}

/** Nearly always at the end: a duplicate of an earlier batch is the exception. */
function insertByOffset(awaited: AwaitedOffset[], waiting: AwaitedOffset): void {
  let at = awaited.length;
  while (at > 0 && awaited[at - 1]!.requiredOffset > waiting.requiredOffset) at -= 1;
  if (at === awaited.length) awaited.push(waiting);
  else awaited.splice(at, 0, waiting);
}

import type { Request, RequestId } from '../exchange/index.ts';
import { isLogFailure } from '../log/index.ts';
import { assert, MS, type Outbox, timerId, type Us } from '../machine/index.ts';
import { type DeleteRecordsRequest, type DeleteRecordsResponse, ErrorCode } from '../wire/index.ts';
import { lowWatermark } from './low-watermark.ts';
import { News, type Partition } from './partition.ts';
import type { ReplicationContext } from './replication-context.ts';
import { ReplicationTimer } from './timer.ts';

type Verdict = DeleteRecordsResponse['topics'][number]['partitions'][number];

/** "As far as the high watermark" (`DeleteRecordsRequest.HIGH_WATERMARK`). */
const HIGH_WATERMARK = -1;
const NO_LOW_WATERMARK = -1;
/** Parked at the same time: one a connection. */
const MAX_PARKED = 100_000;
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** One partition of a request, settled unless it waits for the low watermark. */
interface Deletion {
  readonly topic: string;
  readonly index: number;
  readonly requiredOffset: number;
  isPending: boolean;
  errorCode: number;
  lowWatermark: number;
}

interface ParkedDeletion {
  readonly requestId: RequestId;
  readonly deletions: readonly Deletion[];
}

/**
 * Serves DeleteRecords (`ReplicaManager.deleteRecords`, `DelayedDeleteRecords`, KIP-107): the leader's log start moves
 * at once, the answer waits until those of all living replicas have followed, or for its time-out.
 *
 * Invariant: every request is answered exactly once.
 */
export class DeleteRecords {
  readonly #context: ReplicationContext;
  readonly #parked = new Map<RequestId, ParkedDeletion>();

  constructor(context: ReplicationContext) {
    this.#context = context;
  }

  handle(now: Us, request: Request<DeleteRecordsRequest>, out: Outbox): void {
    const deletions: Deletion[] = [];
    for (const topic of request.body.topics) {
      for (const { partitionIndex, offset } of topic.partitions) {
        deletions.push(this.#delete(now, topic.name, partitionIndex, offset, out));
      }
    }
    const parked = { requestId: request.id, deletions };
    if (deletions.every((deletion) => !deletion.isPending)) {
      this.#answer(parked, out);
      return;
    }
    assert(this.#parked.size < MAX_PARKED, 'parked deletions are bounded');
    this.#parked.set(request.id, parked);
    const timeoutUs = Math.max(0, request.body.timeoutMs) * MS;
    out.arm(timerId(ReplicationTimer.DeleteRecordsExpired, request.id), now + timeoutUs);
  }

  /** Log starts moved somewhere, or the role did: looks again at what waits for this partition. */
  settle(partition: Partition, out: Outbox): void {
    if (this.#parked.size === 0) return;
    for (const parked of [...this.#parked.values()]) {
      let isDone = true;
      for (const deletion of parked.deletions) {
        const isHere = deletion.topic === partition.topic && deletion.index === partition.index;
        if (deletion.isPending && isHere) this.#look(deletion, partition);
        if (deletion.isPending) isDone = false;
      }
      if (!isDone) continue;
      out.disarm(timerId(ReplicationTimer.DeleteRecordsExpired, parked.requestId));
      this.#parked.delete(parked.requestId);
      this.#answer(parked, out);
    }
  }

  /** The records are gone at the leader all the same. */
  onExpired(requestId: RequestId, out: Outbox): void {
    const parked = this.#parked.get(requestId);
    if (parked === undefined) return;
    out.probe('delete records timed out');
    this.#parked.delete(requestId);
    this.#answer(parked, out);
  }

  #delete(now: Us, topic: string, index: number, offset: number, out: Outbox): Deletion {
    const refused = (errorCode: number): Deletion => ({
      topic,
      index,
      requiredOffset: offset,
      isPending: false,
      errorCode,
      lowWatermark: NO_LOW_WATERMARK,
    });
    const { hosted, image } = this.#context;
    if (image.topicsByName.get(topic)?.partitions[index] === undefined) {
      return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    if (INTERNAL_TOPICS.has(topic)) return refused(ErrorCode.INVALID_TOPIC_EXCEPTION);
    const partition = hosted.find(topic, index);
    const unserved = hosted.reject(image, topic, index, partition);
    if (unserved !== ErrorCode.NONE) return refused(unserved);
    const leading = partition?.leading ?? null;
    if (partition === undefined || leading === null) return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const log = partition.openLog();
    const policy = log.config['cleanup.policy'];
    if (policy.includes('compact') && !policy.includes('delete')) return refused(ErrorCode.POLICY_VIOLATION);
    const requiredOffset = offset === HIGH_WATERMARK ? log.highWatermark : offset;
    if (requiredOffset < 0) return refused(ErrorCode.OFFSET_OUT_OF_RANGE);
    const moved = log.advanceLogStart(requiredOffset, out);
    if (isLogFailure(moved)) {
      if (moved.errorCode === ErrorCode.KAFKA_STORAGE_ERROR) this.#context.storageFailed(now, out);
      return refused(moved.errorCode);
    }
    if (moved) hosted.tell(partition, News.LogStart);
    const reached = lowWatermark(this.#context, partition, leading);
    const isPending = reached < requiredOffset;
    // A time-out is what it comes to unless something better is heard of.
    const errorCode = isPending ? ErrorCode.REQUEST_TIMED_OUT : ErrorCode.NONE;
    return { topic, index, requiredOffset, isPending, errorCode, lowWatermark: reached };
  }

  #look(deletion: Deletion, partition: Partition): void {
    const { hosted, image } = this.#context;
    const leading = partition.leading;
    if (leading === null) {
      const isGone = partition.role.kind === 'stopped';
      const error = hosted.reject(image, deletion.topic, deletion.index, isGone ? undefined : partition);
      deletion.errorCode = error === ErrorCode.NONE ? ErrorCode.NOT_LEADER_OR_FOLLOWER : error;
      deletion.lowWatermark = NO_LOW_WATERMARK;
      deletion.isPending = false;
      return;
    }
    const reached = lowWatermark(this.#context, partition, leading);
    if (reached < deletion.requiredOffset) return;
    deletion.errorCode = ErrorCode.NONE;
    deletion.lowWatermark = reached;
    deletion.isPending = false;
  }

  #answer(parked: ParkedDeletion, out: Outbox): void {
    const byTopic = new Map<string, Verdict[]>();
    for (const { topic, index, errorCode, lowWatermark: reached } of parked.deletions) {
      let verdicts = byTopic.get(topic);
      if (verdicts === undefined) byTopic.set(topic, (verdicts = []));
      verdicts.push({ partitionIndex: index, lowWatermark: reached, errorCode });
    }
    const topics = [...byTopic].map(([name, partitions]) => ({ name, partitions }));
    this.#context.responder.respond(parked.requestId, { throttleTimeMs: 0, topics }, out);
  }
}

import type { Reply } from '../exchange/index.ts';
import { isLogFailure } from '../log/index.ts';
import { assert, MS, type Outbox, type Ticket, timerId, type Us } from '../machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  type FetchRequest,
  type FetchResponse,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
} from '../wire/index.ts';
import type { FetchState } from './fetch-state.ts';
import { FetchStates } from './fetch-states.ts';
import { FetcherSession, type SessionRequest } from './fetcher-session.ts';
import { appendFetched } from './follower-append.ts';
import { OffsetSpec } from './list-offsets.ts';
import { News, type Partition } from './partition.ts';
import type { FetchView } from './replica-view.ts';
import type { ReplicationContext } from './replication-context.ts';
import { FETCHER_OWNER, ReplicationTimer } from './timer.ts';
import { decideTruncation } from './truncation.ts';

type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

/** What an outbound request of a fetcher was for. */
export type FetcherCall =
  | { readonly kind: 'fetch' }
  | { readonly kind: 'latest offset' | 'earliest offset'; readonly state: FetchState };

/** What the fetcher asks of its owner. */
export interface FetcherOwner {
  /** Remembers that the reply to a token is this fetcher's. */
  expect(token: number, fetcher: Fetcher, call: FetcherCall): void;
}

/**
 * Copies partitions from one leader broker (`AbstractFetcherThread`, `ReplicaFetcherThread`, `RemoteLeaderEndPoint`).
 *
 * One fetch request is under way at a time, in a session of its own. Invariants: a response is used for a partition
 * only if its fetch offset and leader epoch are still those that were asked for; truncation comes before any high
 * watermark of the leader (KAFKA-14704).
 */
export class Fetcher {
  readonly source: number;
  readonly #context: ReplicationContext;
  readonly #owner: FetcherOwner;
  readonly #states = new FetchStates();
  readonly #session: FetcherSession;
  /** Flushes that `flush.messages` asked for: the next fetch would vouch for what they make durable. */
  readonly #syncs = new Set<Ticket>();
  #isUnderWay = false;

  constructor(context: ReplicationContext, owner: FetcherOwner, source: number) {
    this.#context = context;
    this.#owner = owner;
    this.source = source;
    this.#session = new FetcherSession(context.config['replica.fetch.max.bytes']);
  }

  get size(): number {
    return this.#states.size;
  }

  *views(): Iterable<FetchView> {
    for (const { partition, leaderEpoch, fetchOffset, phase, delayedUntil } of this.#states.values()) {
      const { name } = partition;
      yield { name, source: this.source, leaderEpoch, fetchOffset, phase, isDelayed: delayedUntil !== 0 };
    }
  }

  /** Starts at the end of the local log, which must have been cut to what is certain if it knows no epoch. */
  add(partition: Partition): void {
    this.#states.add(partition);
  }

  /** True when the partition was this fetcher's. */
  remove(partition: Partition): boolean {
    return this.#states.remove(partition);
  }

  /** The local log start moved without a fetch: the leader shall hear of it. */
  refreshLogStart(partition: Partition): void {
    const state = this.#states.get(partition.topicId, partition.index);
    const told = this.#session.told(partition.topicId, partition.index);
    if (
      state !== undefined &&
      told !== undefined &&
      told.logStartOffset !== partition.openLog().logStartOffset
    ) {
      this.#states.noteChanged(state);
    }
  }

  /** Sends the next fetch unless one is under way or nothing is ready. */
  fetch(now: Us, out: Outbox): void {
    if (this.#isUnderWay || this.#syncs.size > 0) return;
    this.#holdBack(now, out);
    const request = this.#nextRequest();
    if (request === null) return;
    this.#isUnderWay = true;
    const { config, identity, nodeId } = this.#context;
    const body: FetchRequest = {
      clusterId: null,
      replicaId: -1,
      replicaState: { replicaId: nodeId, replicaEpoch: identity.brokerEpoch },
      maxWaitMs: config['replica.fetch.wait.max.ms'],
      minBytes: config['replica.fetch.min.bytes'],
      maxBytes: config['replica.fetch.response.max.bytes'],
      isolationLevel: 0,
      sessionId: request.sessionId,
      sessionEpoch: request.sessionEpoch,
      topics: request.topics,
      forgottenTopicsData: request.forgottenTopicsData,
      rackId: '',
    };
    this.#call(now, { kind: 'fetch' }, ApiKey.Fetch, body, out);
  }

  onReply(now: Us, call: FetcherCall, reply: Reply, out: Outbox): void {
    if (call.kind === 'fetch') {
      this.#isUnderWay = false;
      this.#onFetched(now, reply, out);
    } else {
      this.#onOffset(now, call.kind, call.state, reply, out);
    }
    this.fetch(now, out);
  }

  onBackoffEnded(now: Us, out: Outbox): void {
    const next = this.#states.endBackoffs(now);
    if (next !== 0) out.arm(timerId(ReplicationTimer.FetcherBackoff, this.source), next);
    this.fetch(now, out);
  }

  /** True when the ticket was this fetcher's. */
  onSynced(now: Us, ticket: Ticket, out: Outbox): boolean {
    if (!this.#syncs.delete(ticket)) return false;
    this.fetch(now, out);
    return true;
  }

  #nextRequest(): SessionRequest | null {
    const changed = this.#states.takeChanged();
    if (this.#session.isFull) return this.#session.fullRequest(this.#states.values());
    return this.#session.incrementalRequest(changed, (topicId, index) => this.#states.get(topicId, index));
  }

  /** While the quota is exceeded a throttled partition out of sync waits (`shouldFollowerThrottle`, KIP-73). */
  #holdBack(now: Us, out: Outbox): void {
    const { throttles } = this.#context;
    if (!throttles.isExceeded(now, 'follower')) return;
    for (const state of this.#states.values()) {
      if (!state.isReady || state.isInSync || !throttles.holdsBack(now, 'follower', state.partition))
        continue;
      out.probe('throttled follower asks for nothing');
      this.#delay(now, state, out);
    }
  }

  #onFetched(now: Us, reply: Reply, out: Outbox): void {
    if (reply.kind === 'failed') {
      out.probe('replica fetch failed');
      this.#session.onFailure();
      for (const state of this.#states.values()) this.#delay(now, state, out);
      return;
    }
    const body = reply.body as FetchResponse;
    if (!this.#session.onResponse(body)) {
      out.probe('replica fetch session started over');
      if (body.errorCode === ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR) {
        for (const state of this.#states.values()) this.#delay(now, state, out);
      }
      return;
    }
    for (const topic of body.responses) {
      for (const data of topic.partitions) this.#onPartition(now, topic.topicId, data, out);
    }
  }

  #onPartition(now: Us, topicId: string, data: FetchedPartition, out: Outbox): void {
    const state = this.#states.get(topicId, data.partitionIndex);
    if (state === undefined) return;
    const told = this.#session.told(topicId, data.partitionIndex);
    // Asked for by a predecessor of this state, or before a truncation: what it says is not about this position.
    const isCurrent =
      told !== undefined &&
      told.fetchOffset === state.fetchOffset &&
      told.currentLeaderEpoch === state.leaderEpoch &&
      state.isReady;
    if (!isCurrent) {
      out.probe('fetched data for another position ignored');
      return;
    }
    switch (data.errorCode) {
      case ErrorCode.NONE:
        if (data.divergingEpoch.epoch !== -1 || data.divergingEpoch.endOffset !== -1) {
          this.#truncate(
            now,
            state,
            decideTruncation(state.partition.openLog(), data.divergingEpoch, state.fetchOffset),
            out,
          );
        } else {
          this.#append(now, state, data, out);
        }
        return;
      case ErrorCode.OFFSET_OUT_OF_RANGE:
        out.probe('follower out of range');
        state.phase = 'resetting';
        this.#states.noteChanged(state);
        this.#askOffset(now, 'latest offset', state, out);
        return;
      case ErrorCode.FENCED_LEADER_EPOCH:
        // The leader is ahead in the very epoch that was asked for: metadata will bring a new one.
        this.#fail(state, out);
        return;
      default:
        this.#delay(now, state, out);
        return;
    }
  }

  #append(now: Us, state: FetchState, data: FetchedPartition, out: Outbox): void {
    const { partition } = state;
    const log = partition.openLog();
    assert(
      partition.role.kind === 'follower',
      () => `${partition.name} is fetched, but is ${partition.role.kind}`,
    );
    assert(
      state.fetchOffset === log.logEndOffset,
      () => `${partition.name} was fetched at ${state.fetchOffset}, but ends at ${log.logEndOffset}`,
    );
    const outcome = appendFetched(this.#context, partition, data, state.leaderEpoch, out);
    switch (outcome) {
      case 'corrupt':
        // Bytes may be read while they are being written, or be damaged on the way: the next fetch may be whole.
        this.#delay(now, state, out);
        return;
      case 'storage failed':
        this.#context.storageFailed(now, out);
        return;
      case 'failed':
        this.#fail(state, out);
        return;
      default:
        if (outcome !== 0) this.#syncs.add(outcome);
        this.#context.throttles.record(
          now,
          'follower',
          partition,
          log.logEndOffset > state.fetchOffset ? bytesOf(data) : 0,
        );
        state.lag = Math.max(0, data.highWatermark - log.logEndOffset);
        this.#moveOn(state);
    }
  }

  /** To wherever the local log ends now; the leader hears of it if anything moved. */
  #moveOn(state: FetchState): void {
    const { partition } = state;
    const log = partition.openLog();
    const told = this.#session.told(partition.topicId, partition.index);
    if (log.logEndOffset === state.fetchOffset && told?.logStartOffset === log.logStartOffset) return;
    if (log.logEndOffset !== state.fetchOffset) {
      state.fetchOffset = log.logEndOffset;
      state.lastFetchedEpoch = log.latestLeaderEpoch;
    }
    this.#states.noteChanged(state);
  }

  #truncate(now: Us, state: FetchState, offset: number, out: Outbox): void {
    const { partition } = state;
    const log = partition.openLog();
    out.probe(
      offset < log.highWatermark ? 'follower truncated below its high watermark' : 'follower truncated',
    );
    if (isLogFailure(log.truncateTo(offset, out))) this.#context.storageFailed(now, out);
    else this.#restart(state);
  }

  /** Fetches on from wherever the local log ends now. */
  #restart(state: FetchState): void {
    const log = state.partition.openLog();
    state.phase = 'fetching';
    state.fetchOffset = log.logEndOffset;
    state.lastFetchedEpoch = log.latestLeaderEpoch;
    this.#states.noteChanged(state);
    // Consumers of this follower must see that its log was cut.
    this.#context.hosted.tell(state.partition, News.End | News.HighWatermark);
  }

  #askOffset(now: Us, kind: 'latest offset' | 'earliest offset', state: FetchState, out: Outbox): void {
    const { partition } = state;
    const timestamp = kind === 'latest offset' ? OffsetSpec.Latest : OffsetSpec.Earliest;
    const asked = { partitionIndex: partition.index, currentLeaderEpoch: state.leaderEpoch, timestamp };
    const body: ListOffsetsRequest = {
      replicaId: this.#context.nodeId,
      isolationLevel: 0,
      topics: [{ name: partition.topic, partitions: [asked] }],
      timeoutMs: 0,
    };
    this.#call(now, { kind, state }, ApiKey.ListOffsets, body, out);
  }

  /**
   * `fetchOffsetAndTruncate`. A follower ahead of its leader is cut to it; one behind the leader's start starts over.
   */
  #onOffset(
    now: Us,
    kind: 'latest offset' | 'earliest offset',
    state: FetchState,
    reply: Reply,
    out: Outbox,
  ): void {
    if (state.removed || state.phase !== 'resetting') {
      out.probe('offset for a partition that left its fetcher ignored');
      return;
    }
    const answer =
      reply.kind === 'response' ? offsetIn(reply.body as ListOffsetsResponse, state.partition) : null;
    if (answer === null || answer.errorCode !== ErrorCode.NONE) {
      state.phase = 'fetching';
      if (answer?.errorCode === ErrorCode.FENCED_LEADER_EPOCH) this.#fail(state, out);
      else this.#delay(now, state, out);
      return;
    }
    const { partition } = state;
    const log = partition.openLog();
    if (kind === 'latest offset') {
      if (answer.offset < log.logEndOffset) this.#truncate(now, state, answer.offset, out);
      else this.#askOffset(now, 'earliest offset', state, out);
      return;
    }
    if (answer.offset > log.logEndOffset) {
      // All that is here is gone at the leader. The high watermark rises with the start (KAFKA-9491).
      out.probe('follower started over at its leader log start');
      const failure = log.restartAt(answer.offset, out);
      if (failure !== null) {
        this.#context.storageFailed(now, out);
        return;
      }
    }
    this.#restart(state);
  }

  /** Stops fetching until a new leader epoch brings the partition back (`markPartitionFailed`). */
  #fail(state: FetchState, out: Outbox): void {
    out.probe('partition failed in its fetcher');
    this.remove(state.partition);
  }

  #delay(now: Us, state: FetchState, out: Outbox): void {
    const until = now + this.#context.config['replica.fetch.backoff.ms'] * MS;
    if (this.#states.delay(state, until))
      out.arm(timerId(ReplicationTimer.FetcherBackoff, this.source), until);
  }

  #call(now: Us, call: FetcherCall, apiKey: number, body: object, out: Outbox): void {
    const { config, rpc } = this.#context;
    const token = this.#context.nextToken();
    this.#owner.expect(token, this, call);
    const timeoutUs = config['replica.socket.timeout.ms'] * MS;
    rpc.request(now, this.source, FETCHER_OWNER, token, apiKey, body, timeoutUs, out);
  }
}

function offsetIn(
  body: ListOffsetsResponse,
  partition: Partition,
): ListOffsetsResponse['topics'][number]['partitions'][number] | null {
  for (const topic of body.topics) {
    if (topic.name !== partition.topic) continue;
    for (const answer of topic.partitions) if (answer.partitionIndex === partition.index) return answer;
  }
  return null;
}

function bytesOf({ records }: FetchedPartition): number {
  let bytes = 0;
  for (const chunk of records ?? []) bytes += chunk.length;
  return bytes;
}

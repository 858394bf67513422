import type { Reply } from '../../exchange/index.ts';
import { MS, type Outbox, type Us } from '../../machine/index.ts';
import { type Compression, RecordsError, type VerifiedBatches } from '../../records/index.ts';
import { ApiKey, ErrorCode, type FetchResponse, ZERO_UUID } from '../../wire/index.ts';
import type { ClientNetwork } from '../client-network.ts';
import type { LeaderHint } from '../metadata/cluster-metadata.ts';
import { NEVER, type PolledBatch, type PollFailure } from '../ports.ts';
import type { Tokens } from '../tokens.ts';
import { CompletedFetch, type ReadOptions } from './completed-fetch.ts';
import { type ConsumerConfig, offsetResetPolicy } from './consumer-config.ts';
import { FIRST_FETCH_VERSION_WITH_TOPIC_IDS, fetchRequestBody } from './fetch-request.ts';
import { type FetchPartition, FetchSession, type SessionView } from './fetch-session.ts';
import type { OffsetResetPolicy } from './offset-reset.ts';
import type { PartitionState } from './partition-state.ts';
import { errorAt, failureAt } from './poll-failures.ts';
import type { Subscription } from './subscription.ts';

/** What a poll found. Records come first: a failure that follows them is met again by the next poll. */
export interface Collected {
  readonly batches: readonly PolledBatch[];
  readonly failure: PollFailure | null;
}

/**
 * Reads ahead for the assigned partitions, one fetch in flight a broker, and hands out what polls take
 * (`AbstractFetch`, `FetchBuffer`, `FetchCollector`). What came for a position that has moved meanwhile is
 * dropped.
 */
export class Fetcher {
  readonly #config: ConsumerConfig;
  readonly #resetPolicy: OffsetResetPolicy;
  readonly #network: ClientNetwork;
  readonly #subscription: Subscription;
  readonly #tokens: Tokens;
  readonly #options: ReadOptions;
  readonly #sessions = new Map<number, FetchSession>();
  /** Nodes with a fetch in flight, by token. */
  readonly #inFlight = new Map<number, number>();
  /** Arrived, in order; at most one a partition, and so bounded by the assignment. */
  #buffer: CompletedFetch[] = [];
  #nextInLine: CompletedFetch | null = null;

  constructor(
    config: ConsumerConfig,
    network: ClientNetwork,
    subscription: Subscription,
    tokens: Tokens,
    compression: Compression,
    verified: VerifiedBatches,
  ) {
    this.#config = config;
    this.#resetPolicy = offsetResetPolicy(config);
    this.#network = network;
    this.#subscription = subscription;
    this.#tokens = tokens;
    this.#options = {
      compression,
      verified,
      checkCrcs: config['check.crcs'],
      readCommitted: config['isolation.level'] === 'read_committed',
    };
  }

  sessionView(node: number): SessionView | undefined {
    return this.#sessions.get(node)?.view();
  }

  // ---------------------------------------------------------------- asking

  /**
   * Sends a fetch to every broker that has something to be read and none in flight; answers when to look
   * again.
   */
  sendFetches(now: Us, out: Outbox): Us {
    const wanted = this.#wantedByNode(now);
    let nextDue = NEVER;
    for (const [node, partitions] of wanted) {
      if (!this.#network.ready(now, node, out)) {
        nextDue = Math.min(nextDue, this.#network.retryAt(now, node));
        continue;
      }
      const version = this.#network.version(node, ApiKey.Fetch);
      const session = this.#sessionOf(node).build(this.#named(partitions, version));
      const body = fetchRequestBody(session, version, this.#config);
      const token = this.#tokens.next();
      this.#inFlight.set(token, node);
      this.#network.send(now, node, token, ApiKey.Fetch, body, out);
    }
    return nextDue > now ? nextDue : NEVER;
  }

  /** Tells brokers to drop the sessions; nobody waits for the answers. */
  closeSessions(now: Us, out: Outbox): void {
    for (const [node, session] of this.#sessions) {
      if (!this.#network.ready(now, node, out)) continue;
      const request = session.close();
      if (request === null) continue;
      const body = fetchRequestBody(request, this.#network.version(node, ApiKey.Fetch), this.#config);
      this.#network.send(now, node, this.#tokens.next(), ApiKey.Fetch, body, out);
    }
  }

  #wantedByNode(now: Us): Map<number, PartitionState[]> {
    const wanted = new Map<number, PartitionState[]>();
    const busy = new Set(this.#inFlight.values());
    // A broker with buffered partitions is left alone: else its session would drop them, to add them again
    // later.
    for (const { state } of this.#buffer) this.#addNodeOf(now, state, busy);
    if (this.#nextInLine !== null) this.#addNodeOf(now, this.#nextInLine.state, busy);
    for (const state of this.#subscription.assigned) {
      if (!state.isFetchable || this.#isBuffered(state)) continue;
      const node = this.#nodeFor(now, state);
      if (node < 0 || busy.has(node) || this.#network.isBackingOff(now, node)) continue;
      const partitions = wanted.get(node);
      if (partitions === undefined) wanted.set(node, [state]);
      else partitions.push(state);
    }
    return wanted;
  }

  /** With the topic ids of a version that has them: a session knows its partitions by what travels. */
  #named(states: readonly PartitionState[], version: number): Map<PartitionState, FetchPartition> {
    const { metadata } = this.#network;
    const partitions = new Map<PartitionState, FetchPartition>();
    for (const state of states) {
      const { topic, offset, leaderEpoch } = state;
      const topicId = version >= FIRST_FETCH_VERSION_WITH_TOPIC_IDS ? metadata.idOf(topic) : ZERO_UUID;
      partitions.set(state, { state, topicId, offset, leaderEpoch });
    }
    return partitions;
  }

  #addNodeOf(now: Us, state: PartitionState, nodes: Set<number>): void {
    if (state.isFetchable) nodes.add(this.#nodeFor(now, state));
  }

  #isBuffered(state: PartitionState): boolean {
    if (this.#nextInLine?.state === state) return true;
    return this.#buffer.some((completed) => completed.state === state);
  }

  /** The leader, or the follower that it told to read from (KIP-392); -1 when nobody is known. */
  #nodeFor(now: Us, state: PartitionState): number {
    const { metadata } = this.#network;
    const partition = metadata.partition(state.topic, state.partition);
    if (state.leader < 0 || metadata.broker(state.leader) === undefined || partition === undefined) {
      this.#network.requestUpdate();
      return -1;
    }
    const preferred = state.preferredReplica(now);
    if (preferred < 0) return state.leader;
    const isOnline =
      metadata.broker(preferred) !== undefined &&
      partition.replicas.includes(preferred) &&
      !partition.offline.includes(preferred);
    if (!isOnline) this.#giveUpReplica(state);
    // A fetch that cannot even leave has failed as well, as one does whose connection breaks.
    else if (this.#network.hasFailedSince(preferred, state.preferredSince)) state.clearPreferredReplica();
    else return preferred;
    return state.leader;
  }

  #giveUpReplica(state: PartitionState): void {
    this.#network.requestUpdate();
    state.clearPreferredReplica();
  }

  #sessionOf(node: number): FetchSession {
    const known = this.#sessions.get(node);
    if (known !== undefined) return known;
    const session = new FetchSession();
    this.#sessions.set(node, session);
    return session;
  }

  // ---------------------------------------------------------------- arriving

  /** True when the reply was to a fetch. */
  onReply(token: number, reply: Reply, out: Outbox): boolean {
    const node = this.#inFlight.get(token);
    if (node === undefined) return false;
    this.#inFlight.delete(token);
    const session = this.#sessionOf(node);
    if (reply.kind === 'failed') {
      session.onFailure();
      for (const { state } of session.partitions()) state.clearPreferredReplica();
      return true;
    }
    const response = reply.body as FetchResponse;
    if (!session.onResponse(response)) {
      out.probe('fetch session starts over');
      if (response.errorCode === ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR) this.#network.requestUpdate();
      return true;
    }
    const hints: LeaderHint[] = [];
    for (const { topic, topicId, partitions } of response.responses) {
      for (const data of partitions) {
        const asked = session.find(topic, topicId, data.partitionIndex)!;
        const { errorCode, currentLeader } = data;
        if (errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER || errorCode === ErrorCode.FENCED_LEADER_EPOCH) {
          hints.push({
            topic: asked.state.topic,
            partition: asked.state.partition,
            leader: currentLeader.leaderId,
            leaderEpoch: currentLeader.leaderEpoch,
          });
        }
        this.#buffer.push(new CompletedFetch(asked.state, data, asked.offset));
      }
    }
    const brokers = response.nodeEndpoints.map(({ nodeId, host, port, rack }) => ({
      id: nodeId,
      host,
      port,
      rack,
    }));
    this.#network.onLeaderHints(hints, brokers, out);
    return true;
  }

  // ---------------------------------------------------------------- handing out

  /**
   * Takes up to max.poll.records of what has arrived. Errors are dealt with here, in the order of arrival.
   */
  collect(now: Us, out: Outbox): Collected {
    const batches: PolledBatch[] = [];
    const paused: CompletedFetch[] = [];
    let failure: PollFailure | null = null;
    let remaining = this.#config['max.poll.records'];
    while (remaining > 0 && failure === null) {
      const next = this.#nextInLine;
      if (next === null) {
        const completed = this.#buffer[0];
        if (completed === undefined) break;
        if (!completed.isInitialized) {
          const problem = this.#initialize(now, completed, out);
          // An error behind records waits for the next poll, and so does its partition.
          if (problem !== null && batches.length > 0) break;
          failure = problem;
        }
        this.#buffer.shift();
        if (completed.isInitialized) this.#nextInLine = completed;
      } else if (next.state.isAssigned && next.state.isPaused) {
        paused.push(next);
        this.#nextInLine = null;
      } else {
        const taken = this.#read(next, remaining, batches, out);
        if (typeof taken === 'number') remaining -= taken;
        else if (batches.length > 0) break;
        else failure = taken;
      }
    }
    if (paused.length > 0) this.#buffer = [...this.#buffer, ...paused];
    return { batches, failure };
  }

  #read(fetch: CompletedFetch, limit: number, batches: PolledBatch[], out: Outbox): number | PollFailure {
    const { state } = fetch;
    if (!state.isFetchable || fetch.nextOffset !== state.offset) {
      this.#nextInLine = null;
      return 0;
    }
    const taken = fetch.read(limit, this.#options, batches, out);
    if (taken instanceof RecordsError) {
      out.probe('corrupt record met by a consumer');
      return failureAt('corrupt record', state);
    }
    if (fetch.nextOffset > state.offset) state.advance(fetch.nextOffset, fetch.lastEpoch);
    if (fetch.isExhausted) {
      this.#nextInLine = null;
      if (!fetch.isEmpty) this.#subscription.moveToEnd(state);
    }
    return taken;
  }

  #initialize(now: Us, completed: CompletedFetch, out: Outbox): PollFailure | null {
    const { state, data } = completed;
    if (!state.isAssigned || state.state !== 'fetching') return null;
    if (data.errorCode !== ErrorCode.NONE) {
      const failure = this.#onError(completed, out);
      this.#subscription.moveToEnd(state);
      return failure;
    }
    if (state.offset !== completed.nextOffset) return null;
    const broken = completed.initialize();
    if (broken !== null) return failureAt('corrupt record', state);
    if (data.highWatermark >= 0) state.highWatermark = data.highWatermark;
    if (data.logStartOffset >= 0) state.logStartOffset = data.logStartOffset;
    if (data.lastStableOffset >= 0) state.lastStableOffset = data.lastStableOffset;
    if (data.preferredReadReplica >= 0) {
      out.probe('consumer reads from a follower');
      const until = now + this.#config['metadata.max.age.ms'] * MS;
      state.setPreferredReplica(now, data.preferredReadReplica, until);
    }
    return null;
  }

  #onError({ state, data, nextOffset }: CompletedFetch, out: Outbox): PollFailure | null {
    switch (data.errorCode) {
      case ErrorCode.NOT_LEADER_OR_FOLLOWER:
      case ErrorCode.REPLICA_NOT_AVAILABLE:
      case ErrorCode.KAFKA_STORAGE_ERROR:
      case ErrorCode.FENCED_LEADER_EPOCH:
      case ErrorCode.OFFSET_NOT_AVAILABLE:
      case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
      case ErrorCode.UNKNOWN_TOPIC_ID:
      case ErrorCode.INCONSISTENT_TOPIC_ID:
        this.#giveUpReplica(state);
        return null;
      case ErrorCode.UNKNOWN_LEADER_EPOCH:
      case ErrorCode.UNKNOWN_SERVER_ERROR:
        return null;
      case ErrorCode.OFFSET_OUT_OF_RANGE:
        return this.#onOutOfRange(state, nextOffset, out);
      case ErrorCode.CORRUPT_MESSAGE:
        return failureAt('corrupt record', state);
      default:
        return errorAt(data.errorCode, state);
    }
  }

  #onOutOfRange(state: PartitionState, fetchOffset: number, out: Outbox): PollFailure | null {
    // A follower may be behind, or ahead in what it has deleted: the leader is asked before the position is
    // given up.
    if (state.clearPreferredReplica()) {
      out.probe('out of range at a follower');
      return null;
    }
    if (state.offset !== fetchOffset) return null;
    const policy = this.#resetPolicy;
    if (policy === 'none') return failureAt('offset out of range', state);
    out.probe('position out of range is reset');
    state.requestReset(policy);
    return null;
  }
}

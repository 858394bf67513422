import type { Reply } from '../../exchange/index.ts';
import { MS, type Outbox, type Us, unreachable, type WallClock } from '../../machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  isRetriable,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
  OffsetSpec,
} from '../../wire/index.ts';
import type { ClientNetwork } from '../client-network.ts';
import { type ConsumerListener, NEVER, type PollFailure } from '../ports.ts';
import type { Tokens } from '../tokens.ts';
import { byTopic } from './by-topic.ts';
import { type ConsumerConfig, offsetResetPolicy } from './consumer-config.ts';
import type { OffsetResetPolicy } from './offset-reset.ts';
import type { PartitionState, ResetTarget } from './partition-state.ts';
import { errorAt, failureAt } from './poll-failures.ts';
import type { Subscription } from './subscription.ts';

/**
 * OffsetForLeaderEpoch is worth asking from here on: before, a consumer may lack the permission (KIP-320).
 */
const FIRST_EPOCH_VERSION = 3;
const FIRST_LIST_OFFSETS_VERSION_WITH_EPOCH = 4;
const FIRST_LIST_OFFSETS_VERSION_WITH_TIMEOUT = 10;

interface ResetLookup {
  readonly state: PartitionState;
  readonly target: ResetTarget;
}

/** The position as it was when it was asked about. */
interface ValidationLookup {
  readonly state: PartitionState;
  readonly offset: number;
  readonly offsetEpoch: number;
  readonly leader: number;
  readonly leaderEpoch: number;
}

type Lookup =
  | { readonly kind: 'reset'; readonly partitions: readonly ResetLookup[] }
  | { readonly kind: 'validation'; readonly partitions: readonly ValidationLookup[] };

/**
 * Finds positions where there are none (ListOffsets) and checks those whose leader changed
 * (OffsetForLeaderEpoch), as `OffsetFetcher` does.
 */
export class OffsetFetcher {
  readonly #config: ConsumerConfig;
  readonly #resetPolicy: OffsetResetPolicy;
  readonly #network: ClientNetwork;
  readonly #subscription: Subscription;
  readonly #listener: ConsumerListener;
  readonly #wall: WallClock;
  readonly #tokens: Tokens;
  readonly #inFlight = new Map<number, Lookup>();
  #metadataVersion = -1;
  #failure: PollFailure | null = null;

  constructor(
    config: ConsumerConfig,
    network: ClientNetwork,
    subscription: Subscription,
    listener: ConsumerListener,
    wall: WallClock,
    tokens: Tokens,
  ) {
    this.#config = config;
    this.#resetPolicy = offsetResetPolicy(config);
    this.#network = network;
    this.#subscription = subscription;
    this.#listener = listener;
    this.#wall = wall;
    this.#tokens = tokens;
  }

  /** What the next poll has to throw, once. */
  takeFailure(): PollFailure | null {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  /** Brings every position on its way; answers when to look again. */
  updatePositions(now: Us, out: Outbox): Us {
    this.#checkLeaders();
    this.#startInitializing();
    const validations = this.#sendByNode(now, out, 'awaiting validation', (state) => state.leader);
    const resets = this.#sendByNode(now, out, 'awaiting reset', ({ topic, partition }) =>
      this.#network.metadata.currentLeader(topic, partition),
    );
    return Math.min(validations, resets);
  }

  /** True when the reply was to a look-up. */
  onReply(now: Us, token: number, reply: Reply, out: Outbox): boolean {
    const lookup = this.#inFlight.get(token);
    if (lookup === undefined) return false;
    this.#inFlight.delete(token);
    if (reply.kind === 'failed') {
      for (const { state } of lookup.partitions) this.#retry(now, state);
      return true;
    }
    switch (lookup.kind) {
      case 'reset':
        this.#onOffsets(now, lookup.partitions, reply.body as ListOffsetsResponse);
        return true;
      case 'validation':
        this.#onEpochs(now, lookup.partitions, reply.body as OffsetForLeaderEpochResponse, out);
        return true;
      default:
        return unreachable(lookup);
    }
  }

  /** New metadata may show new leaders: positions are checked against them before anything more is read. */
  #checkLeaders(): void {
    const { metadata } = this.#network;
    if (metadata.version === this.#metadataVersion) return;
    this.#metadataVersion = metadata.version;
    for (const state of this.#subscription.assigned) {
      const { topic, partition } = state;
      const leader = metadata.currentLeader(topic, partition);
      state.onLeader(leader, metadata.lastSeenEpoch(topic, partition));
    }
  }

  /** Without a committed offset, and so without a group, a new partition starts where the policy says. */
  #startInitializing(): void {
    const policy = this.#resetPolicy;
    const hasGroup = this.#config['group.id'] !== '';
    for (const state of this.#subscription.assigned) {
      if (state.state !== 'initializing' || (hasGroup && !state.hasNoCommitted)) continue;
      if (policy === 'none') this.#failure ??= failureAt('no offset', state);
      else state.requestReset(policy);
    }
  }

  #sendByNode(
    now: Us,
    out: Outbox,
    wanted: PartitionState['state'],
    nodeOf: (state: PartitionState) => number,
  ): Us {
    let nextDue = NEVER;
    let byNode: Map<number, PartitionState[]> | undefined;
    for (const state of this.#subscription.assigned) {
      if (state.state !== wanted) continue;
      if (now < state.retryAt) {
        nextDue = Math.min(nextDue, state.retryAt);
        continue;
      }
      const node = nodeOf(state);
      if (node < 0 || this.#network.metadata.broker(node) === undefined) {
        this.#network.requestUpdate();
        continue;
      }
      byNode ??= new Map();
      const group = byNode.get(node);
      if (group === undefined) byNode.set(node, [state]);
      else group.push(state);
    }
    if (byNode === undefined) return nextDue;
    for (const [node, states] of byNode) {
      if (this.#network.ready(now, node, out)) {
        if (wanted === 'awaiting reset') this.#sendListOffsets(now, node, states, out);
        else this.#sendEpochs(now, node, states, out);
        continue;
      }
      const retryAt = this.#network.retryAt(now, node);
      if (retryAt > now) nextDue = Math.min(nextDue, retryAt);
    }
    return nextDue;
  }

  // ---------------------------------------------------------------- resetting

  #sendListOffsets(now: Us, node: number, states: readonly PartitionState[], out: Outbox): void {
    const version = this.#network.version(node, ApiKey.ListOffsets);
    const { metadata } = this.#network;
    const lookups = states.map((state) => ({ state, target: state.resetTarget! }));
    const topics = byTopic(lookups, ({ state, target }) => ({
      partitionIndex: state.partition,
      currentLeaderEpoch:
        version >= FIRST_LIST_OFFSETS_VERSION_WITH_EPOCH
          ? metadata.lastSeenEpoch(state.topic, state.partition)
          : -1,
      timestamp: this.#timestampOf(target),
    }));
    const body: ListOffsetsRequest = {
      replicaId: -1,
      isolationLevel: this.#config['isolation.level'] === 'read_committed' ? 1 : 0,
      topics: topics.map(({ topic, partitions }) => ({ name: topic, partitions })),
      timeoutMs: version >= FIRST_LIST_OFFSETS_VERSION_WITH_TIMEOUT ? this.#config['request.timeout.ms'] : 0,
    };
    this.#send(now, node, ApiKey.ListOffsets, body, { kind: 'reset', partitions: lookups }, out);
  }

  #timestampOf(target: ResetTarget): number {
    if (target === 'earliest') return OffsetSpec.EARLIEST;
    if (target === 'latest') return OffsetSpec.LATEST;
    return Math.max(0, this.#wall.nowMs() - target.byDurationMs);
  }

  #onOffsets(now: Us, lookups: readonly ResetLookup[], response: ListOffsetsResponse): void {
    for (const { name, partitions } of response.topics) {
      for (const { partitionIndex, errorCode, offset, leaderEpoch } of partitions) {
        const lookup = lookups.find(
          ({ state }) => state.topic === name && state.partition === partitionIndex,
        );
        if (lookup === undefined) continue;
        const { state, target } = lookup;
        if (errorCode === ErrorCode.TOPIC_AUTHORIZATION_FAILED) {
          this.#failure ??= errorAt(errorCode, state);
          this.#retry(now, state);
        } else if (errorCode !== ErrorCode.NONE) this.#retry(now, state);
        else if (offset >= 0) this.#onResetOffset(now, state, target, offset, leaderEpoch);
        // No record is that young: Kafka asks again after request.timeout.ms, which is when `retryAt` is.
      }
    }
  }

  #onResetOffset(
    now: Us,
    state: PartitionState,
    target: ResetTarget,
    offset: number,
    leaderEpoch: number,
  ): void {
    const { topic, partition } = state;
    const { metadata } = this.#network;
    // As it is known before the response: an epoch that is news makes metadata stale, not the position.
    const leader = metadata.currentLeader(topic, partition);
    const currentEpoch = metadata.lastSeenEpoch(topic, partition);
    this.#network.onLeaderEpoch(topic, partition, leaderEpoch);
    if (!state.isAssigned || state.state !== 'awaiting reset' || state.resetTarget !== target) return;
    // No epoch: there is nothing of this position that could have been truncated.
    state.seek(offset, -1, leader, currentEpoch);
    this.#listener.onPosition(now, topic, partition, offset, leaderEpoch, 'reset');
  }

  // ---------------------------------------------------------------- validating

  #sendEpochs(now: Us, node: number, states: readonly PartitionState[], out: Outbox): void {
    if (this.#network.version(node, ApiKey.OffsetForLeaderEpoch) < FIRST_EPOCH_VERSION) {
      for (const state of states) state.completeValidation();
      return;
    }
    const lookups = states.map((state) => ({
      state,
      offset: state.offset,
      offsetEpoch: state.offsetEpoch,
      leader: state.leader,
      leaderEpoch: state.leaderEpoch,
    }));
    const body: OffsetForLeaderEpochRequest = {
      replicaId: -1,
      topics: byTopic(lookups, ({ state, offsetEpoch, leaderEpoch }) => ({
        partition: state.partition,
        currentLeaderEpoch: leaderEpoch,
        leaderEpoch: offsetEpoch,
      })),
    };
    this.#send(
      now,
      node,
      ApiKey.OffsetForLeaderEpoch,
      body,
      { kind: 'validation', partitions: lookups },
      out,
    );
  }

  #onEpochs(
    now: Us,
    lookups: readonly ValidationLookup[],
    response: OffsetForLeaderEpochResponse,
    out: Outbox,
  ): void {
    for (const { topic, partitions } of response.topics) {
      for (const { partition, errorCode, leaderEpoch, endOffset } of partitions) {
        const lookup = lookups.find(({ state }) => state.topic === topic && state.partition === partition);
        if (lookup === undefined) continue;
        if (errorCode === ErrorCode.NONE) this.#onEpochEnd(now, lookup, leaderEpoch, endOffset, out);
        else {
          if (!isRetriable(errorCode)) this.#failure ??= errorAt(errorCode, lookup.state);
          this.#retry(now, lookup.state);
        }
      }
    }
  }

  /**
   * Compares the position with where its epoch ends on the leader (`maybeCompleteValidation`):
   *
   *   consumed  ... 7 8 | 9 10        position 11, of epoch 3
   *   leader    ... 7 8 | 9' (epoch 4)  epoch 3 ends at 9: what followed was never replicated
   */
  #onEpochEnd(now: Us, lookup: ValidationLookup, endEpoch: number, endOffset: number, out: Outbox): void {
    const { state } = lookup;
    if (!state.isAssigned || state.state !== 'awaiting validation' || !isUnmoved(lookup)) return;
    const isUndefined = endOffset < 0 || endEpoch < 0;
    if (!isUndefined && endOffset >= state.offset) {
      state.completeValidation();
      return;
    }
    out.probe('consumer met a truncated log');
    const policy = this.#resetPolicy;
    const { topic, partition } = state;
    if (policy === 'none') {
      this.#failure ??= {
        kind: 'log truncation',
        topic,
        partition,
        position: state.offset,
        divergentOffset: isUndefined ? -1 : endOffset,
        divergentEpoch: isUndefined ? -1 : endEpoch,
      };
    } else if (isUndefined) state.requestReset(policy);
    else {
      state.seek(endOffset, endEpoch, state.leader, state.leaderEpoch);
      this.#listener.onPosition(now, topic, partition, endOffset, endEpoch, 'truncated');
    }
  }

  // ---------------------------------------------------------------- both

  #send(now: Us, node: number, apiKey: number, body: object, lookup: Lookup, out: Outbox): void {
    const timeoutUs = this.#config['request.timeout.ms'] * MS;
    for (const { state } of lookup.partitions) state.retryAt = now + timeoutUs;
    const token = this.#tokens.next();
    this.#inFlight.set(token, lookup);
    this.#network.send(now, node, token, apiKey, body, out);
  }

  #retry(now: Us, state: PartitionState): void {
    state.retryAt = now + this.#config['retry.backoff.ms'] * MS;
    this.#network.requestUpdate();
  }
}

function isUnmoved({ state, offset, offsetEpoch, leader, leaderEpoch }: ValidationLookup): boolean {
  return (
    state.offset === offset &&
    state.offsetEpoch === offsetEpoch &&
    state.leader === leader &&
    state.leaderEpoch === leaderEpoch
  );
}

import {
  ANY_VERSION,
  type DeliveredReply,
  Exchange,
  type FinalizedFeatures,
  type Reply,
} from '../exchange/index.ts';
import { type Input, MS, type Outbox, type Random, type RandomSource, type Us } from '../machine/index.ts';
import { ApiKey, ErrorCode, type MetadataRequest, type MetadataResponse, type Uuid } from '../wire/index.ts';
import { type ClientConfig, clientExchangeConfig, parseBootstrapServers } from './client-config.ts';
import { type Broker, ClusterMetadata, type LeaderHint } from './metadata/cluster-metadata.ts';
import { MetadataSchedule } from './metadata/metadata-schedule.ts';
import type { TopicsOfInterest } from './metadata/topics-of-interest.ts';
import { NEVER } from './ports.ts';

/** The owner of a client's channels: it has one machine, and so one. */
const CLIENT = 10;
/**
 * The owner of a second channel to a node: a group's coordinator is spoken to apart from the same broker as a leader,
 * so that heartbeats do not wait behind fetches (`GroupCoordinatorNode`).
 */
export const COORDINATOR_CHANNEL = 11;
/** Metadata requests; every other token is the machine's. */
const METADATA_TOKEN = 0;

/** Who gets the replies that are not the network's own. */
export interface ReplyReceiver {
  onReply(now: Us, token: number, reply: Reply, out: Outbox): void;
}

/**
 * What producer, consumer and admin share: channels to brokers and the metadata that says who they are
 * (`NetworkClient` with its `DefaultMetadataUpdater`). Bootstrap servers have ids below -1.
 */
export class ClientNetwork {
  readonly metadata = new ClusterMetadata();
  readonly topics: TopicsOfInterest;
  readonly #config: ClientConfig;
  readonly #exchange: Exchange;
  readonly #schedule: MetadataSchedule;
  readonly #allowAutoTopicCreation: boolean;
  readonly #nodeRandom: Random;
  readonly #bootstrapServers: readonly Broker[];
  readonly #timeoutUs: Us;
  #refreshing = false;
  /** Since when metadata is asked for in vain; -1: it is not. */
  #attemptingSince: Us = -1;
  #disconnectsSeen = 0;
  #misroutedSeen = 0;
  #nextDue: Us = 0;
  /** Responses with metadata so far. */
  #updates = 0;

  constructor(
    config: ClientConfig,
    maxInFlight: number,
    topics: TopicsOfInterest,
    allowAutoTopicCreation: boolean,
    randoms: RandomSource,
  ) {
    this.#config = config;
    this.topics = topics;
    this.#allowAutoTopicCreation = allowAutoTopicCreation;
    this.#exchange = new Exchange(clientExchangeConfig(config, maxInFlight), randoms.stream('exchange'));
    this.#nodeRandom = randoms.stream('least loaded node');
    this.#timeoutUs = config['request.timeout.ms'] * MS;
    this.#schedule = new MetadataSchedule(
      randoms.stream('metadata backoff'),
      config['retry.backoff.ms'] * MS,
      config['retry.backoff.max.ms'] * MS,
      config['metadata.max.age.ms'] * MS,
    );
    this.#bootstrapServers = parseBootstrapServers(config['bootstrap.servers']).map((endpoint, index) => ({
      id: -2 - index,
      host: endpoint.host,
      port: endpoint.port,
      rack: null,
    }));
    this.#setBrokers(this.#bootstrapServers);
    this.metadata.bootstrap(this.#bootstrapServers);
  }

  // ---------------------------------------------------------------- requests

  /** Could a request leave for this node now? Metadata comes first: while it is due nothing else leaves. */
  ready(now: Us, node: number, out: Outbox, channel = CLIENT): boolean {
    if (this.#isRefreshDue(now)) return false;
    return this.#exchange.ready(now, node, channel, out);
  }

  /** When a node that is not ready may be asked for again without an input; NEVER when an input will tell. */
  retryAt(now: Us, node: number): Us {
    const channel = this.#exchange.channel(node, CLIENT);
    if (channel === undefined) return now;
    if (channel.state === 'disconnected') return channel.nextAttemptAt;
    return channel.throttledUntil > now ? channel.throttledUntil : NEVER;
  }

  version(node: number, apiKey: number, versionCap = ANY_VERSION, channel = CLIENT): number {
    return this.#exchange.version(node, channel, apiKey, versionCap);
  }

  /** The highest version of an API that a connected node told of; -1: none. */
  maxVersionOf(node: number, apiKey: number): number {
    return this.#exchange.maxVersionOf(node, CLIENT, apiKey);
  }

  /** The newest feature levels that any broker told of. */
  get features(): FinalizedFeatures {
    return this.#exchange.features;
  }

  inFlight(node: number): number {
    return this.#exchange.channel(node, CLIENT)?.inFlight.length ?? 0;
  }

  isConnected(node: number): boolean {
    return this.#exchange.channel(node, CLIENT)?.state === 'ready';
  }

  isBackingOff(now: Us, node: number, owner = CLIENT): boolean {
    const channel = this.#exchange.channel(node, owner);
    return channel !== undefined && channel.state === 'disconnected' && now < channel.nextAttemptAt;
  }

  /** Whether an attempt to reach this node has failed since then, and no other has been made. */
  hasFailedSince(node: number, since: Us): boolean {
    const channel = this.#exchange.channel(node, CLIENT);
    return channel !== undefined && channel.state === 'disconnected' && channel.lastAttemptAt > since;
  }

  /** To a node that is ready. The token is positive. */
  send(
    now: Us,
    node: number,
    token: number,
    apiKey: number,
    body: object,
    out: Outbox,
    versionCap = ANY_VERSION,
    channel = CLIENT,
    timeoutUs: Us = this.#timeoutUs,
  ): void {
    this.#exchange.request(now, node, channel, token, apiKey, body, timeoutUs, out, versionCap);
  }

  /** Requests in flight fail. */
  disconnect(now: Us, node: number, channel: number, out: Outbox): void {
    this.#exchange.disconnect(now, node, channel, out);
  }

  /** Where a broker is that something other than metadata told of: a coordinator. */
  setBroker(id: number, host: string, port: number): void {
    this.#exchange.setNode(id, { host, port });
  }

  /** A request without a response. */
  post(now: Us, node: number, apiKey: number, body: object, out: Outbox): boolean {
    return this.#exchange.post(now, node, CLIENT, apiKey, body, out);
  }

  // ---------------------------------------------------------------- inputs

  onInput(now: Us, input: Input, out: Outbox): boolean {
    return this.#exchange.onInput(now, input, out);
  }

  /** Hands out what came back; true when there was anything. */
  deliver(now: Us, receiver: ReplyReceiver, out: Outbox): boolean {
    const replies: readonly DeliveredReply[] = this.#exchange.takeReplies();
    for (let i = 0; i < replies.length; i++) {
      const { token, reply } = replies[i]!;
      if (token === METADATA_TOKEN) this.#onMetadata(now, reply, out);
      else receiver.onReply(now, token, reply, out);
    }
    return replies.length > 0;
  }

  close(now: Us, out: Outbox): void {
    this.#exchange.closeAll(now, out);
  }

  // ---------------------------------------------------------------- metadata

  /** Adds or renews an interest; a new one is asked about at once. */
  addTopic(topic: string, now: Us): void {
    if (this.topics.add(topic, now)) this.#schedule.requestForNewTopics();
  }

  requestUpdate(): void {
    this.#schedule.request();
  }

  /** Asks about a topic that metadata does not have (`ProducerMetadata.requestUpdateForTopic`). */
  requestUpdateForTopic(topic: string): void {
    if (this.topics.isUnanswered(topic)) this.#schedule.requestForNewTopics();
    else this.#schedule.request();
  }

  /** How many responses have been taken over. */
  get updates(): number {
    return this.#updates;
  }

  get nextDue(): Us {
    return this.#nextDue;
  }

  /** Takes a leader epoch that came with a response; newer than known means stale metadata. */
  onLeaderEpoch(topic: string, partition: number, leaderEpoch: number): void {
    if (leaderEpoch >= 0 && this.metadata.advanceLastSeenEpoch(topic, partition, leaderEpoch)) {
      this.#schedule.request();
    }
  }

  onLeaderHints(hints: readonly LeaderHint[], brokers: readonly Broker[], out: Outbox): void {
    if (hints.length === 0) return;
    const applied = this.metadata.applyHints(hints, brokers);
    if (applied.length === 0) return;
    out.probe('leader learned from an error');
    this.#setBrokers(brokers);
  }

  /** Asks for metadata when it is due. To be called once a step, before anything is sent. */
  maintain(now: Us, out: Outbox): void {
    const { disconnects } = this.#exchange;
    if (disconnects !== this.#disconnectsSeen) {
      this.#disconnectsSeen = disconnects;
      if (this.#isRefreshDue(now)) this.#schedule.onFailed(now);
      // A disconnect may be the first sign of a leader that moved.
      this.#schedule.request();
    }
    if (this.#needsRebootstrap(now) || this.#wasMisrouted()) this.#rebootstrap(now, out);
    this.#nextDue = this.#refreshing ? this.#rebootstrapAt() : this.#maybeRefresh(now, out);
  }

  /**
   * The node with the fewest requests in flight that can be used or connected to; null for none (KIP-899's
   * trigger).
   */
  leastLoadedNode(now: Us): number | null {
    const ids = this.metadata.brokerIds();
    if (ids.length === 0) return null;
    const offset = this.#nodeRandom.below(ids.length);
    let ready: number | null = null;
    let readyInFlight = NEVER;
    let preparing: number | null = null;
    let connectable: number | null = null;
    let connectableSince = NEVER;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[(offset + i) % ids.length]!;
      const channel = this.#exchange.channel(id, CLIENT);
      if (this.#exchange.isReady(now, id, CLIENT)) {
        const inFlight = channel!.inFlight.length;
        if (inFlight === 0) return id;
        if (inFlight < readyInFlight) {
          readyInFlight = inFlight;
          ready = id;
        }
      } else if (channel?.state === 'connecting' || channel?.state === 'handshaking') preparing = id;
      else if (channel === undefined || (channel.state === 'disconnected' && now >= channel.nextAttemptAt)) {
        const since = channel?.lastAttemptAt ?? -1;
        if (connectable === null || since < connectableSince) {
          connectable = id;
          connectableSince = since;
        }
      }
    }
    return ready ?? preparing ?? connectable;
  }

  #maybeRefresh(now: Us, out: Outbox): Us {
    const dueAt = this.#schedule.nextUpdateAt();
    if (now < dueAt) return dueAt;
    if (this.#attemptingSince < 0) this.#attemptingSince = now;
    let node = this.leastLoadedNode(now);
    if (node === null && this.#recovers() && !this.#isAnyConnected()) {
      this.#rebootstrap(now, out);
      node = this.leastLoadedNode(now);
    }
    const again = now + this.#config['reconnect.backoff.ms'] * MS;
    if (node === null) return again;
    if (this.#exchange.isReady(now, node, CLIENT)) {
      this.#refreshing = true;
      this.#exchange.request(
        now,
        node,
        CLIENT,
        METADATA_TOKEN,
        ApiKey.Metadata,
        this.#metadataRequest(now),
        this.#timeoutUs,
        out,
      );
      return NEVER;
    }
    // One connection at a time: another one is opened only when none is under way.
    if (!this.#isAnyPreparing()) this.#exchange.ready(now, node, CLIENT, out);
    return again;
  }

  #metadataRequest(now: Us): MetadataRequest {
    this.topics.expire(now);
    return {
      topics: this.topics.asked(),
      allowAutoTopicCreation: this.#allowAutoTopicCreation,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    };
  }

  #onMetadata(now: Us, reply: Reply, out: Outbox): void {
    this.#refreshing = false;
    if (reply.kind === 'failed') {
      this.#schedule.onFailed(now);
      return;
    }
    const body = reply.body as MetadataResponse;
    if (body.errorCode === ErrorCode.REBOOTSTRAP_REQUIRED && this.#recovers()) {
      this.#rebootstrap(now, out);
      return;
    }
    if (body.brokers.length === 0) {
      // A broker that is starting up knows nobody yet.
      this.#schedule.onFailed(now);
      return;
    }
    const isKept = (topic: string, id: Uuid): boolean => this.topics.has(topic) || this.topics.hasId(id);
    const { changed, stale } = this.metadata.apply(body, isKept);
    for (const { name } of body.topics) {
      if (name !== null) this.topics.onAnswered(name);
    }
    this.#setBrokers(body.brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack })));
    if (this.#config['metadata.cluster.check.enable'] && this.#recovers())
      this.#exchange.meanCluster(body.clusterId);
    this.#updates++;
    this.#attemptingSince = -1;
    // A topic added while the request was under way is not in this response.
    const missing = this.topics.names().some((topic) => this.topics.isUnanswered(topic));
    this.#schedule.onResponse(now, changed, stale);
    if (missing) this.#schedule.requestForNewTopics();
  }

  #isRefreshDue(now: Us): boolean {
    return !this.#refreshing && now >= this.#schedule.nextUpdateAt();
  }

  #recovers(): boolean {
    return this.#config['metadata.recovery.strategy'] === 'rebootstrap';
  }

  #needsRebootstrap(now: Us): boolean {
    return now >= this.#rebootstrapAt();
  }

  /** When metadata will have been asked for in vain for too long. */
  #rebootstrapAt(): Us {
    if (!this.#recovers() || this.#attemptingSince < 0) return NEVER;
    return this.#attemptingSince + this.#config['metadata.recovery.rebootstrap.trigger.ms'] * MS + 1;
  }

  /** KIP-1242: somebody else answered at a broker's address; what is known of the cluster is wrong. */
  #wasMisrouted(): boolean {
    const { misrouted } = this.#exchange;
    if (misrouted === this.#misroutedSeen) return false;
    this.#misroutedSeen = misrouted;
    return this.#recovers();
  }

  /** Starts over from the bootstrap servers (KIP-899, KIP-1102). */
  #rebootstrap(now: Us, out: Outbox): void {
    out.probe('client rebootstraps');
    for (const id of this.metadata.brokerIds()) this.#exchange.disconnect(now, id, CLIENT, out);
    this.#disconnectsSeen = this.#exchange.disconnects;
    this.metadata.bootstrap(this.#bootstrapServers);
    this.#exchange.meanCluster(null);
    this.#attemptingSince = now;
    this.#schedule.request();
  }

  #isAnyConnected(): boolean {
    return this.metadata.brokerIds().some((id) => this.isConnected(id));
  }

  #isAnyPreparing(): boolean {
    for (const id of this.#exchange.nodes()) {
      const state = this.#exchange.channel(id, CLIENT)?.state;
      if (state === 'connecting' || state === 'handshaking') return true;
    }
    return false;
  }

  #setBrokers(brokers: readonly Broker[]): void {
    for (const { id, host, port } of brokers) this.#exchange.setNode(id, { host, port });
  }
}

import {
  assert,
  type ConnectionId,
  type Input,
  type Outbox,
  type Random,
  type ResponseFrame,
  timerArgument,
  timerId,
  timerKind,
  type Us,
} from '../machine/index.ts';
import { ApiKey, type ApiVersionsResponse } from '../wire/index.ts';
import { type Call, NEVER, takeExpired } from './call.ts';
import { type Channel, isIdle, nextDue, oldestDeadline } from './channel.ts';
import { conformedRequest } from './conformed.ts';
import type { ExchangeConfig } from './exchange-config.ts';
import { ExchangeTimer } from './exchange-timer.ts';
import { backoffUs } from './exponential-backoff.ts';
import { type FinalizedFeatures, NO_FEATURES, newerFeatures } from './finalized-features.ts';
import { ANY_VERSION, handshakeAnswer, handshakeBody, versionOf } from './handshake.ts';
import type { Peers } from './peers.ts';
import type { Reply } from './request.ts';

/** The owner of the handshake's own requests. */
const INTERNAL = -1;

const DISCONNECTED: Reply = { kind: 'failed', reason: 'disconnected' };
const TIMED_OUT: Reply = { kind: 'failed', reason: 'timed out' };
const UNSUPPORTED: Reply = { kind: 'failed', reason: 'unsupported version' };

/**
 * Who is told what became of a call; it may enqueue calls anew, but not on a channel that is being told of.
 */
export interface CallSettler {
  onAnswered(now: Us, channel: Channel, call: Call, body: object, out: Outbox): void;
  onLost(now: Us, call: Call, reply: Reply, out: Outbox): void;
}

/**
 * Drives channels: opens connections with backoff, shakes hands, sends what is queued within the in-flight
 * window, matches responses, gives up in time. As in `NetworkClient`, a request that times out takes its
 * connection with it.
 */
export class Connections {
  readonly #config: ExchangeConfig;
  readonly #random: Random;
  readonly #peers: Peers;
  readonly #settler: CallSettler;
  readonly #byConnection = new Map<ConnectionId, Channel>();
  #correlationId = 0;
  #disconnects = 0;
  #misrouted = 0;
  /** The cluster whose nodes these are, when peers shall check that (KIP-1242). */
  clusterId: string | null = null;
  /** As of the highest epoch in any handshake so far (`ApiVersions.maxFinalizedFeaturesEpoch`). */
  features: FinalizedFeatures = NO_FEATURES;

  constructor(config: ExchangeConfig, random: Random, peers: Peers, settler: CallSettler) {
    assert(config.maxInFlightRequestsPerConnection > 0, 'a window of requests in flight has room for one');
    this.#config = config;
    this.#random = random;
    this.#peers = peers;
    this.#settler = settler;
  }

  /** How many connections ended or failed to open so far. */
  get disconnects(): number {
    return this.#disconnects;
  }

  /** How many peers said that they are not whom this process takes them for. */
  get misrouted(): number {
    return this.#misrouted;
  }

  enqueue(now: Us, channel: Channel, call: Call, out: Outbox): void {
    channel.queue.push(call);
    this.#attend(now, channel, out);
  }

  /** Sends a request that gets no response, at once or not at all. */
  post(now: Us, channel: Channel, apiKey: number, body: object, out: Outbox): boolean {
    if (!this.canSend(now, channel)) return false;
    const apiVersion = versionOf(channel, apiKey);
    const conformed = apiVersion < 0 ? null : conformedRequest(apiKey, apiVersion, body);
    if (conformed === null) return false;
    this.#sendFrame(channel, apiKey, apiVersion, conformed, out);
    channel.lastUsedAt = now;
    return true;
  }

  /** Can a request leave now? If there is no connection, starts one as the backoff permits. */
  ready(now: Us, channel: Channel, out: Outbox): boolean {
    if (this.canSend(now, channel)) return true;
    if (channel.state === 'disconnected' && now >= channel.nextAttemptAt) this.#connect(now, channel, out);
    return false;
  }

  canSend(now: Us, channel: Channel): boolean {
    return (
      channel.state === 'ready' &&
      channel.throttledUntil <= now &&
      channel.inFlight.length < this.#config.maxInFlightRequestsPerConnection
    );
  }

  /** Closes a connection; what was in flight or queued is lost. */
  hangUp(now: Us, channel: Channel, out: Outbox): void {
    if (channel.state === 'disconnected') return;
    out.close(channel.connection);
    this.#becomeDisconnected(now, channel, out);
  }

  /** Loses what is queued on a channel whose node is gone. */
  abandon(now: Us, channel: Channel, out: Outbox): void {
    this.hangUp(now, channel, out);
    for (const call of channel.queue.splice(0)) this.#settler.onLost(now, call, DISCONNECTED, out);
    this.#disarm(channel, out);
  }

  /** True when the input was for one of these connections or its timer. */
  onInput(now: Us, input: Input, out: Outbox): boolean {
    if (input.kind === 'timer') {
      if (timerKind(input.timer) !== ExchangeTimer.channel) return false;
      const channel = this.#peers.bySlot(timerArgument(input.timer));
      channel.timerAt = -1;
      this.#attend(now, channel, out);
      return true;
    }
    if (input.kind !== 'connected' && input.kind !== 'closed' && input.kind !== 'frame') return false;
    const channel = this.#byConnection.get(input.connection);
    if (channel === undefined) return false;
    if (input.kind === 'frame') {
      if (input.frame.kind === 'response') this.#onResponse(now, channel, input.frame, out);
      else this.#onBrokenStream(now, channel, out);
    } else if (input.kind === 'connected') this.#onConnected(now, channel, out);
    else {
      if (input.reason === 'refused') out.probe('connection refused');
      this.#becomeDisconnected(now, channel, out);
    }
    return true;
  }

  #onConnected(now: Us, channel: Channel, out: Outbox): void {
    assert(channel.state === 'connecting', 'only a connection that was asked for opens');
    channel.failedSetups = 0;
    if (this.#config.handshake) this.#shakeHands(now, channel, versionOf(channel, ApiKey.ApiVersions), out);
    else this.#becomeReady(channel);
    this.#attend(now, channel, out);
  }

  #onResponse(now: Us, channel: Channel, frame: ResponseFrame, out: Outbox): void {
    const call = channel.inFlight[0];
    if (call === undefined || call.correlationId !== frame.correlationId) {
      this.#onBrokenStream(now, channel, out);
      return;
    }
    channel.inFlight.shift();
    channel.lastUsedAt = now;
    out.work.requests += 1;
    if (call.owner === INTERNAL) this.#onHandshake(now, channel, call.apiVersion, frame, out);
    else {
      honourThrottle(now, channel, frame.body);
      this.#settler.onAnswered(now, channel, call, frame.body, out);
    }
    this.#attend(now, channel, out);
  }

  /** A frame that cannot be: correlation ids do not match, or a request came from a server. */
  #onBrokenStream(now: Us, channel: Channel, out: Outbox): void {
    out.probe('response out of order');
    this.hangUp(now, channel, out);
  }

  /** Does what is due on a channel: time-outs, the next attempt, the next sends; then arms its timer. */
  #attend(now: Us, channel: Channel, out: Outbox): void {
    this.#expireQueue(now, channel, out);
    switch (channel.state) {
      case 'disconnected':
        if (channel.queue.length > 0 && now >= channel.nextAttemptAt) this.#connect(now, channel, out);
        break;
      case 'connecting':
        if (now >= channel.setupDeadline) {
          out.probe('connection setup timed out');
          this.hangUp(now, channel, out);
          return;
        }
        break;
      case 'handshaking':
      case 'ready':
        if (oldestDeadline(channel) <= now) {
          out.probe('request timed out');
          this.hangUp(now, channel, out);
          return;
        }
        if (channel.state === 'ready') {
          this.#sendQueued(now, channel, out);
          if (isIdle(channel, this.#config.maxIdleUs, now)) {
            this.hangUp(now, channel, out);
            return;
          }
        }
        break;
    }
    this.#armFor(channel, out);
  }

  #sendQueued(now: Us, channel: Channel, out: Outbox): void {
    while (channel.queue.length > 0 && this.canSend(now, channel)) {
      const call = channel.queue.shift()!;
      const apiVersion = versionOf(channel, call.apiKey, call.versionCap);
      const body = apiVersion < 0 ? null : conformedRequest(call.apiKey, apiVersion, call.body);
      if (body === null) {
        out.probe('version not supported by the peer');
        this.#settler.onLost(now, call, UNSUPPORTED, out);
        continue;
      }
      this.#send(now, channel, call, apiVersion, body, out);
    }
  }

  #send(now: Us, channel: Channel, call: Call, apiVersion: number, body: object, out: Outbox): void {
    call.apiVersion = apiVersion;
    call.deadline = now + call.timeoutUs;
    call.correlationId = this.#sendFrame(channel, call.apiKey, apiVersion, body, out);
    channel.inFlight.push(call);
    channel.lastUsedAt = now;
  }

  #sendFrame(channel: Channel, apiKey: number, apiVersion: number, body: object, out: Outbox): number {
    const correlationId = this.#correlationId;
    this.#correlationId = correlationId === 0x7fffffff ? 0 : correlationId + 1;
    const { clientId } = this.#config;
    out.send(channel.connection, { kind: 'request', apiKey, apiVersion, correlationId, clientId, body });
    return correlationId;
  }

  #connect(now: Us, channel: Channel, out: Outbox): void {
    const endpoint = this.#peers.endpointOf(channel.node);
    assert(endpoint !== undefined, () => `node ${channel.node} has an address`);
    const { connectionSetupTimeoutUs, connectionSetupTimeoutMaxUs } = this.#config;
    channel.state = 'connecting';
    channel.lastAttemptAt = now;
    channel.lastUsedAt = now;
    channel.setupDeadline =
      now +
      backoffUs(connectionSetupTimeoutUs, connectionSetupTimeoutMaxUs, channel.failedSetups, this.#random);
    channel.connection = out.connect(endpoint);
    this.#byConnection.set(channel.connection, channel);
    this.#armFor(channel, out);
  }

  #shakeHands(now: Us, channel: Channel, apiVersion: number, out: Outbox): void {
    channel.state = 'handshaking';
    const call: Call = {
      owner: INTERNAL,
      token: 0,
      apiKey: ApiKey.ApiVersions,
      body: handshakeBody(apiVersion, this.clusterId, channel.node),
      timeoutUs: this.#config.handshakeTimeoutUs,
      createdAt: now,
      toController: false,
      versionCap: ANY_VERSION,
      apiVersion,
      correlationId: -1,
      deadline: 0,
    };
    this.#send(now, channel, call, apiVersion, call.body, out);
  }

  #onHandshake(now: Us, channel: Channel, askedVersion: number, frame: ResponseFrame, out: Outbox): void {
    const answer = handshakeAnswer(frame.body as ApiVersionsResponse, askedVersion);
    if (answer.kind === 'retry') {
      // KIP-511: the peer does not know our version and told, or did not tell, its own.
      out.probe('api versions fallback');
      this.#shakeHands(now, channel, answer.apiVersion, out);
    } else if (answer.kind === 'misrouted') {
      out.probe('connection misrouted');
      this.#misrouted++;
      this.hangUp(now, channel, out);
    } else if (answer.kind === 'refused') {
      out.probe('api versions refused');
      this.hangUp(now, channel, out);
    } else {
      channel.versions = answer.versions;
      this.features = newerFeatures(this.features, frame.body as ApiVersionsResponse);
      this.#becomeReady(channel);
    }
  }

  #becomeReady(channel: Channel): void {
    channel.state = 'ready';
    channel.failures = 0;
  }

  /** Everything in flight fails, and so does what waited for this very connection. */
  #becomeDisconnected(now: Us, channel: Channel, out: Outbox): void {
    const { reconnectBackoffUs, reconnectBackoffMaxUs } = this.#config;
    this.#byConnection.delete(channel.connection);
    this.#disconnects++;
    if (channel.state === 'connecting') channel.failedSetups++;
    channel.state = 'disconnected';
    channel.connection = -1;
    channel.versions = null;
    channel.throttledUntil = 0;
    channel.lastAttemptAt = now;
    channel.nextAttemptAt =
      now + backoffUs(reconnectBackoffUs, reconnectBackoffMaxUs, channel.failures, this.#random);
    channel.failures++;
    const lost = channel.inFlight.splice(0);
    const queued = channel.queue.splice(0);
    for (const call of lost) {
      if (call.owner !== INTERNAL) this.#settler.onLost(now, call, DISCONNECTED, out);
    }
    for (const call of queued) this.#settler.onLost(now, call, DISCONNECTED, out);
    this.#disarm(channel, out);
    if (channel.queue.length > 0) this.#attend(now, channel, out);
  }

  #expireQueue(now: Us, channel: Channel, out: Outbox): void {
    if (channel.queue.length === 0) return;
    for (const call of takeExpired(channel.queue, now)) {
      out.probe('request expired in the queue');
      this.#settler.onLost(now, call, TIMED_OUT, out);
    }
  }

  #armFor(channel: Channel, out: Outbox): void {
    const at = nextDue(channel, this.#config.maxIdleUs);
    if (at === NEVER || (channel.timerAt >= 0 && channel.timerAt <= at)) return;
    channel.timerAt = at;
    out.arm(timerId(ExchangeTimer.channel, channel.slot), at);
  }

  #disarm(channel: Channel, out: Outbox): void {
    if (channel.timerAt < 0) return;
    channel.timerAt = -1;
    out.disarm(timerId(ExchangeTimer.channel, channel.slot));
  }
}

/** KIP-219: the broker says how long to keep quiet, and the client does so. */
function honourThrottle(now: Us, channel: Channel, body: { readonly throttleTimeMs?: number }): void {
  const throttleTimeMs = body.throttleTimeMs ?? 0;
  if (throttleTimeMs <= 0) return;
  const until = now + throttleTimeMs * 1000;
  if (until > channel.throttledUntil) channel.throttledUntil = until;
}

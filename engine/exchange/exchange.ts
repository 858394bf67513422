import {
  assert,
  type CloseReason,
  type ConnectionId,
  type Endpoint,
  type Input,
  type Outbox,
  type Random,
  type ResponseFrame,
  timerArgument,
  timerId,
  timerKind,
  type Us,
} from '../machine/index.ts';
import { ApiKey, ErrorCode } from '../wire/index.ts';
import { type Call, Channel } from './channel.ts';
import type { ExchangeConfig } from './exchange-config.ts';
import { ExchangeTimer } from './exchange-timer.ts';
import { backoffUs } from './exponential-backoff.ts';
import { handshakeAnswer, handshakeBody, versionOf } from './handshake.ts';
import { type DeliveredReply, ReplyQueue } from './reply-queue.ts';
import { ACTIVE_CONTROLLER, type Reply, type Rpc } from './request.ts';

/** Requests that wait for a connection, per channel, and for a controller, in all. One more fails as disconnected. */
export const MAX_QUEUED_CALLS = 10_000;
/** Owners are small integers: they index a node's channels. */
const MAX_OWNERS = 64;
const INTERNAL = -1;
const NEVER: Us = Number.MAX_SAFE_INTEGER;

interface Peer {
  endpoint: Endpoint;
  /** By owner. */
  readonly channels: (Channel | undefined)[];
}

const DISCONNECTED: Reply = { kind: 'failed', reason: 'disconnected' };
const TIMED_OUT: Reply = { kind: 'failed', reason: 'timed out' };
const UNSUPPORTED: Reply = { kind: 'failed', reason: 'unsupported version' };
const NO_NODE: Reply = { kind: 'failed', reason: 'no node' };

/**
 * The outbound side of a process. Its owner names the nodes (`setNode`, `setController`), feeds it every input
 * (`onInput` says whether it was for this side), and drains `takeReplies` before the step ends, until it is empty.
 */
export class Exchange implements Rpc {
  readonly #config: ExchangeConfig;
  readonly #random: Random;
  readonly #peers = new Map<number, Peer>();
  readonly #byConnection = new Map<ConnectionId, Channel>();
  /** By slot: what a timer's argument means. Slots are not used again. */
  readonly #channels: Channel[] = [];
  readonly #replies = new ReplyQueue();
  /** Calls to the active controller while none is known, oldest first. */
  readonly #controllerQueue: Call[] = [];
  #controllerTimerAt: Us = -1;
  #controller: number | null = null;
  #correlationId = 0;
  #disconnects = 0;

  constructor(config: ExchangeConfig, random: Random) {
    assert(config.maxInFlightRequestsPerConnection > 0, 'a window of requests in flight has room for one');
    this.#config = config;
    this.#random = random;
  }

  // ---------------------------------------------------------------- who is where

  /** Connections that are open stay; the next one goes to the new place, without backoff if it is a new place. */
  setNode(id: number, endpoint: Endpoint): void {
    assert(id !== ACTIVE_CONTROLLER, 'the active controller is set by setController');
    const peer = this.#peers.get(id);
    if (peer === undefined) {
      this.#peers.set(id, { endpoint, channels: [] });
      return;
    }
    if (peer.endpoint.host === endpoint.host && peer.endpoint.port === endpoint.port) return;
    peer.endpoint = endpoint;
    for (const channel of peer.channels) {
      if (channel === undefined) continue;
      channel.nextAttemptAt = 0;
      channel.failures = 0;
    }
  }

  /** Closes its connections: what was in flight fails as disconnected, what was queued as 'no node'. */
  removeNode(now: Us, id: number, out: Outbox): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    this.#peers.delete(id);
    for (const channel of peer.channels) {
      if (channel === undefined) continue;
      if (channel.state !== 'disconnected') this.#hangUp(now, channel, out);
      for (const call of channel.queue.splice(0)) this.#fail(now, call, NO_NODE, out);
      this.#disarm(channel, out);
    }
  }

  hasNode(id: number): boolean {
    return this.#peers.has(id);
  }

  endpointOf(id: number): Endpoint | undefined {
    return this.#peers.get(id)?.endpoint;
  }

  /** Known nodes, in the order in which they were set. */
  nodes(): Iterable<number> {
    return this.#peers.keys();
  }

  /** Who the active controller is, as the owner believes. Waiting calls leave when it becomes known. */
  setController(now: Us, id: number | null, out: Outbox): void {
    this.#controller = id;
    if (id === null || !this.#peers.has(id)) return;
    for (const call of this.#controllerQueue.splice(0)) this.#enqueue(now, id, call, out);
  }

  get controller(): number | null {
    return this.#controller;
  }

  // ---------------------------------------------------------------- asking

  request(
    now: Us,
    node: number,
    owner: number,
    token: number,
    apiKey: number,
    body: object,
    timeoutUs: Us,
    out: Outbox,
  ): void {
    const toController = node === ACTIVE_CONTROLLER;
    const call: Call = {
      owner,
      token,
      apiKey,
      body,
      timeoutUs,
      createdAt: now,
      toController,
      apiVersion: -1,
      correlationId: -1,
      deadline: 0,
    };
    if (toController) this.#toController(now, call, out);
    else this.#enqueue(now, node, call, out);
  }

  /** A request that gets no response (acks=0): sent at once or not at all. */
  post(now: Us, node: number, owner: number, apiKey: number, body: object, out: Outbox): boolean {
    const channel = this.#channelOf(node, owner);
    if (channel === undefined || !this.#canSend(now, channel)) return false;
    const apiVersion = versionOf(channel, apiKey);
    if (apiVersion < 0) return false;
    this.#sendFrame(channel, apiKey, apiVersion, body, out);
    channel.lastUsedAt = now;
    return true;
  }

  /** Can a request leave for this node now? If there is no connection, starts one as the backoff permits. */
  ready(now: Us, node: number, owner: number, out: Outbox): boolean {
    const channel = this.#channelOf(node, owner);
    if (channel === undefined) return false;
    if (this.#canSend(now, channel)) return true;
    if (channel.state === 'disconnected' && now >= channel.nextAttemptAt) this.#connect(now, channel, out);
    return false;
  }

  /** The version in which a request to this node would travel now, or -1. */
  version(node: number, owner: number, apiKey: number): number {
    const channel = this.#existing(node, owner);
    return channel === undefined || channel.state !== 'ready' ? -1 : versionOf(channel, apiKey);
  }

  isReady(now: Us, node: number, owner: number): boolean {
    const channel = this.#existing(node, owner);
    return channel !== undefined && this.#canSend(now, channel);
  }

  /** Connecting or shaking hands. */
  isPreparing(node: number, owner: number): boolean {
    const state = this.#existing(node, owner)?.state;
    return state === 'connecting' || state === 'handshaking';
  }

  isConnected(node: number, owner: number): boolean {
    return this.#existing(node, owner)?.state === 'ready';
  }

  /** No attempt to connect before this; 0 when one may start now. */
  nextAttemptAt(node: number, owner: number): Us {
    return this.#existing(node, owner)?.nextAttemptAt ?? 0;
  }

  lastAttemptAt(node: number, owner: number): Us {
    return this.#existing(node, owner)?.lastAttemptAt ?? 0;
  }

  throttledUntil(node: number, owner: number): Us {
    return this.#existing(node, owner)?.throttledUntil ?? 0;
  }

  inFlight(node: number, owner: number): number {
    return this.#existing(node, owner)?.inFlight.length ?? 0;
  }

  /** How many connections ended or failed to open so far: a client that sees it grow asks for metadata. */
  get disconnects(): number {
    return this.#disconnects;
  }

  /** Closes one channel as if the peer had. */
  disconnect(now: Us, node: number, owner: number, out: Outbox): void {
    const channel = this.#existing(node, owner);
    if (channel !== undefined && channel.state !== 'disconnected') this.#hangUp(now, channel, out);
  }

  /** Closes everything: a process that stops in order. */
  closeAll(now: Us, out: Outbox): void {
    for (const channel of this.#channels) {
      if (channel.state !== 'disconnected') this.#hangUp(now, channel, out);
    }
  }

  /** What came back since the last call, in order. The array is valid until the call after next. */
  takeReplies(): readonly DeliveredReply[] {
    return this.#replies.take();
  }

  // ---------------------------------------------------------------- inputs

  /** True when the input was for this side. */
  onInput(now: Us, input: Input, out: Outbox): boolean {
    switch (input.kind) {
      case 'timer':
        return this.#onTimer(now, timerKind(input.timer), timerArgument(input.timer), out);
      case 'connected': {
        const channel = this.#byConnection.get(input.connection);
        if (channel !== undefined) this.#onConnected(now, channel, out);
        return channel !== undefined;
      }
      case 'closed': {
        const channel = this.#byConnection.get(input.connection);
        if (channel !== undefined) this.#onClosed(now, channel, input.reason, out);
        return channel !== undefined;
      }
      case 'frame': {
        const channel = this.#byConnection.get(input.connection);
        if (channel === undefined) return false;
        if (input.frame.kind === 'response') this.#onResponse(now, channel, input.frame, out);
        else this.#onBrokenStream(now, channel, out);
        return true;
      }
      default:
        return false;
    }
  }

  #onTimer(now: Us, kind: number, argument: number, out: Outbox): boolean {
    if (kind === ExchangeTimer.controllerQueue) {
      this.#controllerTimerAt = -1;
      this.#expireControllerQueue(now, out);
      return true;
    }
    if (kind !== ExchangeTimer.channel) return false;
    const channel = this.#channels[argument];
    assert(channel !== undefined, 'a channel timer names a channel');
    channel.timerAt = -1;
    this.#attend(now, channel, out);
    return true;
  }

  #onConnected(now: Us, channel: Channel, out: Outbox): void {
    assert(channel.state === 'connecting', 'only a connection that was asked for opens');
    channel.failedSetups = 0;
    if (this.#config.handshake) this.#shakeHands(now, channel, -1, out);
    else this.#becomeReady(channel);
    this.#attend(now, channel, out);
  }

  #onClosed(now: Us, channel: Channel, reason: CloseReason, out: Outbox): void {
    if (reason === 'refused') out.probe('connection refused');
    this.#becomeDisconnected(now, channel, out);
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
    if (call.owner === INTERNAL) {
      this.#onHandshake(now, channel, frame, out);
      return;
    }
    this.#honourThrottle(now, channel, frame.body);
    if (call.toController && isNotController(frame.body)) {
      // The peer is no longer it: ask whoever is, as NodeToControllerRequestThread does, until the call expires.
      out.probe('controller moved under a request');
      if (this.#controller === channel.node) this.#controller = null;
      this.#hangUp(now, channel, out);
      this.#toController(now, call, out, true);
      return;
    }
    this.#replies.push(call.owner, call.token, {
      kind: 'response',
      apiVersion: call.apiVersion,
      body: frame.body,
    });
    this.#attend(now, channel, out);
  }

  /** A frame that cannot be: correlation ids do not match, or a request came from a server. */
  #onBrokenStream(now: Us, channel: Channel, out: Outbox): void {
    out.probe('response out of order');
    this.#hangUp(now, channel, out);
  }

  // ---------------------------------------------------------------- one channel

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
          this.#hangUp(now, channel, out);
          return;
        }
        break;
      case 'handshaking':
      case 'ready':
        if (oldestDeadline(channel) <= now) {
          out.probe('request timed out');
          this.#hangUp(now, channel, out);
          return;
        }
        if (channel.state === 'ready') {
          this.#sendQueued(now, channel, out);
          if (this.#isIdle(now, channel)) {
            this.#hangUp(now, channel, out);
            return;
          }
        }
        break;
    }
    this.#armFor(channel, out);
  }

  #isIdle(now: Us, channel: Channel): boolean {
    const { maxIdleUs } = this.#config;
    return maxIdleUs > 0 && channel.inFlight.length === 0 && now - channel.lastUsedAt >= maxIdleUs;
  }

  #sendQueued(now: Us, channel: Channel, out: Outbox): void {
    while (channel.queue.length > 0 && this.#canSend(now, channel)) {
      const call = channel.queue.shift()!;
      const apiVersion = versionOf(channel, call.apiKey);
      if (apiVersion < 0) {
        out.probe('version not supported by the peer');
        this.#replies.push(call.owner, call.token, UNSUPPORTED);
        continue;
      }
      this.#send(now, channel, call, apiVersion, out);
    }
  }

  #send(now: Us, channel: Channel, call: Call, apiVersion: number, out: Outbox): void {
    call.apiVersion = apiVersion;
    call.deadline = now + call.timeoutUs;
    call.correlationId = this.#sendFrame(channel, call.apiKey, apiVersion, call.body, out);
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

  #canSend(now: Us, channel: Channel): boolean {
    return (
      channel.state === 'ready' &&
      channel.throttledUntil <= now &&
      channel.inFlight.length < this.#config.maxInFlightRequestsPerConnection
    );
  }

  #connect(now: Us, channel: Channel, out: Outbox): void {
    const peer = this.#peers.get(channel.node);
    assert(peer !== undefined, () => `node ${channel.node} has an address`);
    const { connectionSetupTimeoutUs, connectionSetupTimeoutMaxUs } = this.#config;
    channel.state = 'connecting';
    channel.lastAttemptAt = now;
    channel.lastUsedAt = now;
    channel.setupDeadline =
      now +
      backoffUs(connectionSetupTimeoutUs, connectionSetupTimeoutMaxUs, channel.failedSetups, this.#random);
    channel.connection = out.connect(peer.endpoint);
    this.#byConnection.set(channel.connection, channel);
    this.#armFor(channel, out);
  }

  #shakeHands(now: Us, channel: Channel, version: number, out: Outbox): void {
    channel.state = 'handshaking';
    const apiVersion = version < 0 ? versionOf(channel, ApiKey.ApiVersions) : version;
    const call: Call = {
      owner: INTERNAL,
      token: 0,
      apiKey: ApiKey.ApiVersions,
      body: handshakeBody(apiVersion),
      timeoutUs: this.#config.handshakeTimeoutUs,
      createdAt: now,
      toController: false,
      apiVersion,
      correlationId: -1,
      deadline: 0,
    };
    this.#send(now, channel, call, apiVersion, out);
  }

  #onHandshake(now: Us, channel: Channel, frame: ResponseFrame, out: Outbox): void {
    const answer = handshakeAnswer(frame);
    if (answer.kind === 'retry') {
      // KIP-511: the peer does not know our version and told, or did not tell, its own.
      out.probe('api versions fallback');
      this.#shakeHands(now, channel, answer.apiVersion, out);
    } else if (answer.kind === 'refused') {
      out.probe('api versions refused');
      this.#hangUp(now, channel, out);
      return;
    } else {
      channel.versions = answer.versions;
      this.#becomeReady(channel);
    }
    this.#attend(now, channel, out);
  }

  #becomeReady(channel: Channel): void {
    channel.state = 'ready';
    channel.failures = 0;
  }

  #hangUp(now: Us, channel: Channel, out: Outbox): void {
    out.close(channel.connection);
    this.#becomeDisconnected(now, channel, out);
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
      if (call.owner !== INTERNAL) this.#fail(now, call, DISCONNECTED, out);
    }
    for (const call of queued) this.#fail(now, call, DISCONNECTED, out);
    this.#disarm(channel, out);
    if (channel.queue.length > 0) this.#attend(now, channel, out);
  }

  // ---------------------------------------------------------------- queues

  #enqueue(now: Us, node: number, call: Call, out: Outbox): void {
    const channel = this.#channelOf(node, call.owner);
    if (channel === undefined) {
      this.#replies.push(call.owner, call.token, NO_NODE);
      return;
    }
    if (channel.queue.length >= MAX_QUEUED_CALLS) {
      out.probe('exchange queue full');
      this.#replies.push(call.owner, call.token, DISCONNECTED);
      return;
    }
    channel.queue.push(call);
    this.#attend(now, channel, out);
  }

  #toController(now: Us, call: Call, out: Outbox, again = false): void {
    if (again && now - call.createdAt >= call.timeoutUs) {
      this.#replies.push(call.owner, call.token, TIMED_OUT);
    } else if (this.#controller !== null && this.#peers.has(this.#controller)) {
      this.#enqueue(now, this.#controller, call, out);
    } else if (this.#controllerQueue.length >= MAX_QUEUED_CALLS) {
      out.probe('exchange queue full');
      this.#replies.push(call.owner, call.token, DISCONNECTED);
    } else {
      this.#controllerQueue.push(call);
      this.#armControllerTimer(out);
    }
  }

  /** A call to the active controller goes back to wait for it; any other is told. */
  #fail(now: Us, call: Call, reply: Reply, out: Outbox): void {
    if (call.toController) this.#toController(now, call, out, true);
    else this.#replies.push(call.owner, call.token, reply);
  }

  #expireQueue(now: Us, channel: Channel, out: Outbox): void {
    const { queue } = channel;
    let kept = 0;
    for (let i = 0; i < queue.length; i++) {
      const call = queue[i]!;
      if (now - call.createdAt >= call.timeoutUs) {
        out.probe('request expired in the queue');
        this.#replies.push(call.owner, call.token, TIMED_OUT);
      } else queue[kept++] = call;
    }
    queue.length = kept;
  }

  #expireControllerQueue(now: Us, out: Outbox): void {
    const queue = this.#controllerQueue;
    let kept = 0;
    for (let i = 0; i < queue.length; i++) {
      const call = queue[i]!;
      if (now - call.createdAt >= call.timeoutUs) {
        out.probe('no controller in time');
        this.#replies.push(call.owner, call.token, TIMED_OUT);
      } else queue[kept++] = call;
    }
    queue.length = kept;
    this.#armControllerTimer(out);
  }

  // ---------------------------------------------------------------- timers, throttles, look-up

  #armFor(channel: Channel, out: Outbox): void {
    const at = this.#nextDue(channel);
    if (at === NEVER || (channel.timerAt >= 0 && channel.timerAt <= at)) return;
    channel.timerAt = at;
    out.arm(timerId(ExchangeTimer.channel, channel.slot), at);
  }

  #disarm(channel: Channel, out: Outbox): void {
    if (channel.timerAt < 0) return;
    channel.timerAt = -1;
    out.disarm(timerId(ExchangeTimer.channel, channel.slot));
  }

  /** The earliest time at which this channel needs attention without an input. */
  #nextDue(channel: Channel): Us {
    let at = NEVER;
    for (const call of channel.queue) at = Math.min(at, call.createdAt + call.timeoutUs);
    switch (channel.state) {
      case 'disconnected':
        return channel.queue.length > 0 ? Math.min(at, channel.nextAttemptAt) : at;
      case 'connecting':
        return Math.min(at, channel.setupDeadline);
      case 'handshaking':
      case 'ready': {
        at = Math.min(at, oldestDeadline(channel));
        if (channel.queue.length > 0 && channel.throttledUntil > 0) at = Math.min(at, channel.throttledUntil);
        const { maxIdleUs } = this.#config;
        return maxIdleUs > 0 ? Math.min(at, channel.lastUsedAt + maxIdleUs) : at;
      }
    }
  }

  #armControllerTimer(out: Outbox): void {
    let at = NEVER;
    for (const call of this.#controllerQueue) at = Math.min(at, call.createdAt + call.timeoutUs);
    if (at === NEVER || (this.#controllerTimerAt >= 0 && this.#controllerTimerAt <= at)) return;
    this.#controllerTimerAt = at;
    out.arm(timerId(ExchangeTimer.controllerQueue), at);
  }

  /** KIP-219: the broker says how long to keep quiet, and the client does so. */
  #honourThrottle(now: Us, channel: Channel, body: { readonly throttleTimeMs?: number }): void {
    const throttleTimeMs = body.throttleTimeMs ?? 0;
    if (throttleTimeMs <= 0) return;
    const until = now + throttleTimeMs * 1000;
    if (until > channel.throttledUntil) channel.throttledUntil = until;
  }

  #existing(node: number, owner: number): Channel | undefined {
    return this.#peers.get(node)?.channels[owner];
  }

  #channelOf(node: number, owner: number): Channel | undefined {
    assert(owner >= 0 && owner < MAX_OWNERS, 'an owner is a small integer');
    const peer = this.#peers.get(node);
    if (peer === undefined) return undefined;
    const known = peer.channels[owner];
    if (known !== undefined) return known;
    const channel = new Channel(node, owner, this.#channels.length);
    this.#channels.push(channel);
    peer.channels[owner] = channel;
    return channel;
  }
}

function oldestDeadline(channel: Channel): Us {
  let at = NEVER;
  for (const call of channel.inFlight) at = Math.min(at, call.deadline);
  return at;
}

function isNotController(body: { readonly errorCode?: number }): boolean {
  return body.errorCode === ErrorCode.NOT_CONTROLLER;
}

import {
  assert,
  type Endpoint,
  type Input,
  type Outbox,
  type Random,
  timerKind,
  type Us,
} from '../machine/index.ts';
import { ErrorCode } from '../wire/index.ts';
import type { Call } from './call.ts';
import type { Channel, ChannelView } from './channel.ts';
import { Connections } from './connections.ts';
import { ControllerQueue } from './controller-queue.ts';
import type { ExchangeConfig } from './exchange-config.ts';
import { ExchangeTimer } from './exchange-timer.ts';
import type { FinalizedFeatures } from './finalized-features.ts';
import { ANY_VERSION, versionOf } from './handshake.ts';
import { Peers } from './peers.ts';
import { type DeliveredReply, ReplyQueue } from './reply-queue.ts';
import { ACTIVE_CONTROLLER, type Reply, type Rpc } from './request.ts';

/**
 * Requests that wait for a connection, per channel, and for a controller, in all. One more fails as
 * disconnected.
 */
export const MAX_QUEUED_CALLS = 10_000;

const DISCONNECTED: Reply = { kind: 'failed', reason: 'disconnected' };
const TIMED_OUT: Reply = { kind: 'failed', reason: 'timed out' };
const NO_NODE: Reply = { kind: 'failed', reason: 'no node' };

/**
 * The outbound side of a process. Its owner names the nodes (`setNode`, `setController`), feeds it every
 * input (`onInput` says whether it was for this side), and drains `takeReplies` before the step ends, until
 * it is empty.
 */
export class Exchange implements Rpc {
  readonly #peers = new Peers();
  readonly #replies = new ReplyQueue();
  readonly #controllerQueue = new ControllerQueue();
  readonly #connections: Connections;

  constructor(config: ExchangeConfig, random: Random) {
    this.#connections = new Connections(config, random, this.#peers, {
      onAnswered: (now, channel, call, body, out) => this.#onAnswered(now, channel, call, body, out),
      onLost: (now, call, reply, out) => this.#onLost(now, call, reply, out),
    });
  }

  // ---------------------------------------------------------------- who is where

  /** Open connections stay; the next one goes to the new place. */
  setNode(id: number, endpoint: Endpoint): void {
    assert(id !== ACTIVE_CONTROLLER, 'the active controller is set by setController');
    this.#peers.set(id, endpoint);
  }

  /** Closes its connections: what was in flight or queued fails as disconnected. */
  removeNode(now: Us, id: number, out: Outbox): void {
    const peer = this.#peers.take(id);
    if (peer === undefined) return;
    for (const channel of peer.channels) {
      if (channel !== undefined) this.#connections.abandon(now, channel, out);
    }
  }

  hasNode(id: number): boolean {
    return this.#peers.has(id);
  }

  endpointOf(id: number): Endpoint | undefined {
    return this.#peers.endpointOf(id);
  }

  /** Known nodes, in the order in which they were first set. */
  nodes(): Iterable<number> {
    return this.#peers.ids();
  }

  /** Who the active controller is, as the owner believes. Waiting calls leave when it becomes known. */
  setController(now: Us, id: number | null, out: Outbox): void {
    this.#controllerQueue.set(id);
    this.#resumeControllerQueue(now, out);
  }

  get controller(): number | null {
    return this.#controllerQueue.controller;
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
    versionCap = ANY_VERSION,
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
      versionCap,
      apiVersion: -1,
      correlationId: -1,
      deadline: 0,
    };
    if (toController) this.#toController(now, call, out);
    else this.#toNode(now, node, call, out);
  }

  /** A request that gets no response (acks=0): sent at once or not at all. */
  post(now: Us, node: number, owner: number, apiKey: number, body: object, out: Outbox): boolean {
    const channel = this.#peers.channelOf(node, owner);
    return channel !== undefined && this.#connections.post(now, channel, apiKey, body, out);
  }

  /** Can a request leave for this node now? If there is no connection, starts one as the backoff permits. */
  ready(now: Us, node: number, owner: number, out: Outbox): boolean {
    const channel = this.#peers.channelOf(node, owner);
    return channel !== undefined && this.#connections.ready(now, channel, out);
  }

  /** The version in which a request to this node would travel now, or -1. */
  version(node: number, owner: number, apiKey: number, versionCap = ANY_VERSION): number {
    const channel = this.#peers.existing(node, owner);
    return channel === undefined || channel.state !== 'ready' ? -1 : versionOf(channel, apiKey, versionCap);
  }

  /** What a peer said that it supports of an API; -1: nothing, or no handshake with it. */
  maxVersionOf(node: number, owner: number, apiKey: number): number {
    return this.#peers.existing(node, owner)?.versions?.maxOf(apiKey) ?? -1;
  }

  /** The newest feature levels that any peer told of. */
  get features(): FinalizedFeatures {
    return this.#connections.features;
  }

  isReady(now: Us, node: number, owner: number): boolean {
    const channel = this.#peers.existing(node, owner);
    return channel !== undefined && this.#connections.canSend(now, channel);
  }

  /** Undefined until something was asked of this node. */
  channel(node: number, owner: number): ChannelView | undefined {
    return this.#peers.existing(node, owner);
  }

  /** How many connections ended or failed to open so far: a client that sees it grow asks for metadata. */
  get disconnects(): number {
    return this.#connections.disconnects;
  }

  /** How many peers said that they are not whom they are taken for (KIP-1242). */
  get misrouted(): number {
    return this.#connections.misrouted;
  }

  /** From the next handshake on peers are asked whether they are the node meant, of this cluster. */
  meanCluster(clusterId: string | null): void {
    this.#connections.clusterId = clusterId;
  }

  /** Closes one channel as if the peer had. */
  disconnect(now: Us, node: number, owner: number, out: Outbox): void {
    const channel = this.#peers.existing(node, owner);
    if (channel !== undefined) this.#connections.hangUp(now, channel, out);
  }

  /** Closes everything: a process that stops in order. */
  closeAll(now: Us, out: Outbox): void {
    for (const channel of this.#peers.channels()) this.#connections.hangUp(now, channel, out);
  }

  /** What came back since the last call, in order. The array is valid until the call after next. */
  takeReplies(): readonly DeliveredReply[] {
    return this.#replies.take();
  }

  /** True when the input was for this side. */
  onInput(now: Us, input: Input, out: Outbox): boolean {
    if (input.kind === 'timer' && timerKind(input.timer) === ExchangeTimer.controllerQueue) {
      this.#controllerQueue.onTimer();
      this.#resumeControllerQueue(now, out);
      return true;
    }
    return this.#connections.onInput(now, input, out);
  }

  // ---------------------------------------------------------------- what becomes of calls

  #onAnswered(now: Us, channel: Channel, call: Call, body: object, out: Outbox): void {
    if (!call.toController || !isNotController(body)) {
      this.#replies.push(call.owner, call.token, { kind: 'response', apiVersion: call.apiVersion, body });
      return;
    }
    // The peer is no longer it: ask whoever is, as NodeToControllerRequestThread does, until the call
    // expires.
    out.probe('controller moved under a request');
    this.#controllerQueue.doubt(now, channel.node);
    this.#toController(now, call, out);
    this.#connections.hangUp(now, channel, out);
  }

  /** A call to the active controller goes back to wait for it; any other is told. */
  #onLost(now: Us, call: Call, reply: Reply, out: Outbox): void {
    if (call.toController && reply.kind === 'failed' && reply.reason === 'disconnected') {
      this.#toController(now, call, out);
    } else this.#replies.push(call.owner, call.token, reply);
  }

  #toNode(now: Us, node: number, call: Call, out: Outbox): void {
    const channel = this.#peers.channelOf(node, call.owner);
    if (channel === undefined) this.#replies.push(call.owner, call.token, NO_NODE);
    else if (channel.queue.length >= MAX_QUEUED_CALLS) this.#refuse(call, out);
    else this.#connections.enqueue(now, channel, call, out);
  }

  #toController(now: Us, call: Call, out: Outbox): void {
    const controller = this.#controllerQueue.resolve(now);
    if (call.deadline > 0 && now - call.createdAt >= call.timeoutUs) {
      this.#replies.push(call.owner, call.token, TIMED_OUT);
    } else if (controller !== null && this.#peers.has(controller)) {
      this.#toNode(now, controller, call, out);
    } else if (this.#controllerQueue.length >= MAX_QUEUED_CALLS) this.#refuse(call, out);
    else this.#controllerQueue.park(now, call, out);
  }

  #refuse(call: Call, out: Outbox): void {
    out.probe('exchange queue full');
    this.#replies.push(call.owner, call.token, DISCONNECTED);
  }

  #resumeControllerQueue(now: Us, out: Outbox): void {
    for (const call of this.#controllerQueue.takeExpired(now)) {
      out.probe('no controller in time');
      this.#replies.push(call.owner, call.token, TIMED_OUT);
    }
    const controller = this.#controllerQueue.resolve(now);
    if (controller === null || !this.#peers.has(controller)) {
      this.#controllerQueue.rearm(now, out);
      return;
    }
    for (const call of this.#controllerQueue.takeAll()) this.#toNode(now, controller, call, out);
  }
}

function isNotController(body: { readonly errorCode?: number }): boolean {
  return body.errorCode === ErrorCode.NOT_CONTROLLER;
}

import type { Reply } from '../../exchange/index.ts';
import { assert, MS, type Outbox, type Us } from '../../machine/index.ts';
import { ApiKey, ErrorCode } from '../../wire/index.ts';
import type { ClientNetwork } from '../client-network.ts';
import { type ClientError, NEVER } from '../ports.ts';
import type { Tokens } from '../tokens.ts';
import type { CoordinatorRequest, CoordinatorType } from './coordinator-request.ts';
import type { ProducerConfig } from './producer-config.ts';
import { errorOf } from './producer-errors.ts';

/** Calls block one another, so that few requests ever wait; after time-outs a few more. */
const MAX_PENDING_REQUESTS = 1_000;

/** From this version of InitProducerId on a client may raise its own epoch (KIP-360). */
const FIRST_VERSION_THAT_BUMPS = 3;

/** Whose requests these are. */
export interface RequestOwner {
  /** Takes the request that leaves next out of this queue. */
  nextRequest(hasIncomplete: boolean): CoordinatorRequest | null;
  /** A coordinator is not known, or is not it any more: find it before anything else. */
  lookup(type: CoordinatorType, key: string, isRetry: boolean): void;
  onFatal(request: CoordinatorRequest, error: ClientError): void;
}

/** The request that leaves next: the sender's thread waits for its node and its time, and sends nothing meanwhile. */
interface Held {
  readonly request: CoordinatorRequest;
  readonly since: Us;
  /** For a request that any broker answers. */
  node: number | null;
  /** -1: it has not paused. */
  pausedUntil: Us;
}

/**
 * Requests to coordinators, one in flight at a time, in the order of their priority (the transactional part of
 * `Sender.runOnce`). While one is on its way or waits for its turn, no records leave.
 *
 * Differs from Kafka in one thing: Java asks for the coordinator again and again, without a pause, while the broker
 * that it is told of cannot be reached; here retry.backoff.ms lies in between.
 */
export class CoordinatorQueue {
  readonly #network: ClientNetwork;
  readonly #tokens: Tokens;
  readonly #owner: RequestOwner;
  readonly #timeoutUs: Us;
  readonly #backoffUs: Us;
  /** By priority, then by age. */
  readonly #pending: CoordinatorRequest[] = [];
  readonly #coordinators = new Map<CoordinatorType, number>();
  #held: Held | null = null;
  #inFlight: CoordinatorRequest | null = null;
  #token = 0;
  #nextDue: Us = NEVER;
  #supportsEpochBump = false;

  constructor(config: ProducerConfig, network: ClientNetwork, tokens: Tokens, owner: RequestOwner) {
    this.#network = network;
    this.#tokens = tokens;
    this.#owner = owner;
    this.#timeoutUs = config['request.timeout.ms'] * MS;
    this.#backoffUs = config['retry.backoff.ms'] * MS;
  }

  /** When to look again without an input. */
  get nextDue(): Us {
    return this.#nextDue;
  }

  get isInFlight(): boolean {
    return this.#inFlight !== null;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0 || this.#held !== null;
  }

  /** As the transaction coordinator's broker told when it was last reached. */
  get supportsEpochBump(): boolean {
    return this.#supportsEpochBump;
  }

  enqueue(request: CoordinatorRequest): void {
    assert(this.#pending.length < MAX_PENDING_REQUESTS, 'requests to coordinators do not pile up');
    let at = this.#pending.length;
    while (at > 0 && this.#pending[at - 1]!.priority > request.priority) at--;
    this.#pending.splice(at, 0, request);
  }

  retry(request: CoordinatorRequest): void {
    request.isRetry = true;
    this.enqueue(request);
  }

  peek(): CoordinatorRequest | undefined {
    return this.#pending[0];
  }

  take(): CoordinatorRequest | undefined {
    return this.#pending.shift();
  }

  setCoordinator(type: CoordinatorType, node: number, host: string, port: number): void {
    this.#coordinators.set(type, node);
    this.#network.setBroker(node, host, port);
  }

  forgetCoordinator(type: CoordinatorType): void {
    this.#coordinators.delete(type);
  }

  /** Everything that waits; for a producer that gives up. */
  takeAll(): readonly CoordinatorRequest[] {
    const all = this.#pending.splice(0);
    if (this.#held !== null) all.unshift(this.#held.request);
    this.#held = null;
    return all;
  }

  /**
   * Sends the next request if it can leave. True: one is on its way or waits, and nothing else may be sent.
   * `hasIncomplete`: records wait that belong into a transaction before its end.
   */
  run(now: Us, hasIncomplete: boolean, out: Outbox): boolean {
    this.#nextDue = NEVER;
    while (this.#inFlight === null) {
      if (this.#held === null) {
        const request = this.#owner.nextRequest(hasIncomplete);
        if (request === null) return false;
        this.#held = { request, since: now, node: null, pausedUntil: -1 };
      }
      if (!this.#attempt(now, this.#held, out)) break;
    }
    return true;
  }

  owns(token: number): boolean {
    return this.#inFlight !== null && token === this.#token;
  }

  onReply(reply: Reply): void {
    const request = this.#inFlight;
    assert(request !== null, 'a reply is to a request in flight');
    this.#inFlight = null;
    if (reply.kind === 'response') request.onResponse(reply.body);
    else if (reply.reason === 'unsupported version') this.#onUnsupported(request);
    else {
      request.onLost?.();
      if (request.coordinator !== null) {
        this.#owner.lookup(request.coordinator, request.coordinatorKey, false);
      }
      this.retry(request);
    }
  }

  /** False: it waits. True: it has left, or has made room for another one. */
  #attempt(now: Us, held: Held, out: Outbox): boolean {
    const { request } = held;
    const node = this.#nodeFor(now, held);
    if (node === null) return this.#onNoNode(now, held);
    if (!this.#network.ready(now, node, out)) return this.#onNotReady(now, held, node);
    if (request.coordinator === 'transaction') {
      const version = this.#network.maxVersionOf(node, ApiKey.InitProducerId);
      this.#supportsEpochBump = version >= FIRST_VERSION_THAT_BUMPS;
    }
    if (request.isRetry && held.pausedUntil < 0) held.pausedUntil = now + request.backoffUs;
    if (now < held.pausedUntil) {
      this.#nextDue = held.pausedUntil;
      return false;
    }
    this.#held = null;
    const { apiKey, versionCap } = request;
    const version = this.#network.version(node, apiKey, versionCap);
    if (version < 0) this.#onUnsupported(request);
    else {
      this.#inFlight = request;
      this.#token = this.#tokens.next();
      this.#network.send(now, node, this.#token, apiKey, request.body(version), out, versionCap);
    }
    return true;
  }

  #nodeFor(now: Us, held: Held): number | null {
    const { coordinator } = held.request;
    if (coordinator !== null) return this.#coordinators.get(coordinator) ?? null;
    if (held.node === null && now >= held.pausedUntil) held.node = this.#network.leastLoadedNode(now);
    return held.node;
  }

  #onNoNode(now: Us, held: Held): boolean {
    const { request } = held;
    if (request.coordinator !== null) {
      this.#held = null;
      this.#owner.lookup(request.coordinator, request.coordinatorKey, false);
      this.retry(request);
      return true;
    }
    this.#pause(now, held);
    return false;
  }

  #onNotReady(now: Us, held: Held, node: number): boolean {
    const { request, since } = held;
    const isFailed = this.#network.isBackingOff(now, node);
    const givesUpAt = since + this.#timeoutUs;
    if (!isFailed && now < givesUpAt) {
      this.#nextDue = Math.min(givesUpAt, this.#network.retryAt(now, node));
      // It is due at once and not ready: an input will tell, or metadata comes first.
      if (this.#nextDue <= now) this.#nextDue = givesUpAt;
      return false;
    }
    if (request.coordinator !== null) {
      this.#held = null;
      this.#owner.lookup(request.coordinator, request.coordinatorKey, true);
      this.retry(request);
      return true;
    }
    // Another broker, after a while.
    this.#network.requestUpdate();
    this.#pause(now, held);
    return false;
  }

  #pause(now: Us, held: Held): void {
    if (now >= held.pausedUntil || held.node !== null) {
      this.#held = { ...held, since: now, node: null, pausedUntil: now + this.#backoffUs };
    }
    this.#nextDue = this.#held!.pausedUntil;
  }

  #onUnsupported(request: CoordinatorRequest): void {
    this.#owner.onFatal(request, errorOf(ErrorCode.UNSUPPORTED_VERSION, 'as the broker is too old'));
  }
}

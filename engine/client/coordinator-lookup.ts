import type { Reply } from '../exchange/index.ts';
import { backoffUs } from '../exchange/index.ts';
import { MS, type Outbox, type Random, type Us } from '../machine/index.ts';
import {
  ApiKey,
  ErrorCode,
  errorName,
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
  isRetriable,
} from '../wire/index.ts';
import type { ClientConfig } from './client-config.ts';
import type { ClientNetwork } from './client-network.ts';
import { type ClientError, NEVER } from './ports.ts';
import type { Tokens } from './tokens.ts';

/** Kafka's key types of FindCoordinator. */
export const CoordinatorKeyType = { group: 0, transaction: 1 } as const;
export type CoordinatorKeyType = (typeof CoordinatorKeyType)[keyof typeof CoordinatorKeyType];

/** From this version on a request asks for several keys (KIP-699). */
const FIRST_VERSION_WITH_KEYS = 4;

/** Who coordinates one group or transactional id (`CoordinatorRequestManager`, `lookupCoordinator`). */
export class CoordinatorLookup {
  readonly #network: ClientNetwork;
  readonly #tokens: Tokens;
  readonly #random: Random;
  readonly #keyType: CoordinatorKeyType;
  readonly #key: string;
  readonly #backoffUs: Us;
  readonly #backoffMaxUs: Us;
  #node = -1;
  /** 0: none. */
  #inFlight = 0;
  #attempts = 0;
  #retryAt: Us = 0;
  #failure: ClientError | null = null;
  #failed = 0;
  #found = 0;

  constructor(
    config: ClientConfig,
    network: ClientNetwork,
    tokens: Tokens,
    random: Random,
    keyType: CoordinatorKeyType,
    key: string,
  ) {
    this.#network = network;
    this.#tokens = tokens;
    this.#random = random;
    this.#keyType = keyType;
    this.#key = key;
    this.#backoffUs = config['retry.backoff.ms'] * MS;
    this.#backoffMaxUs = config['retry.backoff.max.ms'] * MS;
  }

  /** -1: not known. */
  get node(): number {
    return this.#node;
  }

  /** How many times one was found. */
  get found(): number {
    return this.#found;
  }

  /** How many attempts have failed. */
  get failed(): number {
    return this.#failed;
  }

  /** A reply is still to come. */
  get isAsking(): boolean {
    return this.#inFlight !== 0;
  }

  forget(): void {
    this.#node = -1;
  }

  /** What cannot be mended by asking again, once. */
  takeFailure(): ClientError | null {
    const failure = this.#failure;
    this.#failure = null;
    return failure;
  }

  /** Asks a broker, unless one is known or was asked; answers when to call again. */
  find(now: Us, out: Outbox): Us {
    if (this.#node >= 0 || this.#inFlight !== 0) return NEVER;
    if (now < this.#retryAt) return this.#retryAt;
    const node = this.#network.leastLoadedNode(now);
    if (node === null) {
      this.#network.requestUpdate();
      return this.#pause(now);
    }
    if (!this.#network.ready(now, node, out)) {
      const retryAt = this.#network.retryAt(now, node);
      return retryAt > now ? Math.min(retryAt, now + this.#backoffUs) : now + this.#backoffUs;
    }
    const asksForKeys = this.#network.version(node, ApiKey.FindCoordinator) >= FIRST_VERSION_WITH_KEYS;
    const body: FindCoordinatorRequest = {
      key: asksForKeys ? '' : this.#key,
      keyType: this.#keyType,
      coordinatorKeys: asksForKeys ? [this.#key] : [],
    };
    this.#inFlight = this.#tokens.next();
    this.#network.send(now, node, this.#inFlight, ApiKey.FindCoordinator, body, out);
    return NEVER;
  }

  /** True when the reply was to a look-up. */
  onReply(now: Us, token: number, reply: Reply): boolean {
    if (token !== this.#inFlight) return false;
    this.#inFlight = 0;
    if (reply.kind === 'failed') {
      this.#onFailed(now);
      // A broker that cannot be reached may not be the only one that metadata is wrong about.
      this.#network.requestUpdate();
      return true;
    }
    const response = reply.body as FindCoordinatorResponse;
    const { errorCode, errorMessage, nodeId, host, port } = response.coordinators[0] ?? response;
    if (errorCode === ErrorCode.NONE) {
      this.#node = nodeId;
      this.#found++;
      this.#attempts = 0;
      this.#retryAt = now + this.#backoffUs;
      this.#network.setBroker(nodeId, host, port);
      return true;
    }
    this.#onFailed(now);
    if (!isRetriable(errorCode)) {
      this.#failure = { code: errorCode, message: errorMessage ?? errorName(errorCode) };
    }
    return true;
  }

  #onFailed(now: Us): void {
    this.#failed++;
    this.#retryAt = now + backoffUs(this.#backoffUs, this.#backoffMaxUs, this.#attempts, this.#random);
    this.#attempts++;
  }

  #pause(now: Us): Us {
    this.#retryAt = now + this.#backoffUs;
    return this.#retryAt;
  }
}

import type { Reply } from '../../exchange/index.ts';
import type { Outbox, Random, Us } from '../../machine/index.ts';
import { ErrorCode } from '../../wire/index.ts';
import type { ClientConfig } from '../client-config.ts';
import type { ClientNetwork } from '../client-network.ts';
import { CoordinatorKeyType, CoordinatorLookup } from '../coordinator-lookup.ts';
import type { AdminRoute, ClientError } from '../ports.ts';
import type { Tokens } from '../tokens.ts';

type CoordinatorRoute = Extract<AdminRoute, { to: 'coordinator' }>;

/**
 * Who coordinates the group or the transactional id that a call is about (`CoordinatorStrategy`). Each call looks it up
 * for itself, and again when the one it found says that it is not, or says nothing.
 */
export class CallCoordinators {
  readonly #config: ClientConfig;
  readonly #network: ClientNetwork;
  readonly #tokens: Tokens;
  readonly #random: Random;
  /** By call. */
  readonly #lookups = new Map<number, CoordinatorLookup>();
  /** Of calls that have ended; their replies are still to come. */
  readonly #abandoned = new Set<CoordinatorLookup>();

  constructor(config: ClientConfig, network: ClientNetwork, tokens: Tokens, random: Random) {
    this.#config = config;
    this.#network = network;
    this.#tokens = tokens;
    this.#random = random;
  }

  /** Asks for it unless it is known or asked for; answers when to call again. */
  find(now: Us, call: number, { key, keyType }: CoordinatorRoute, out: Outbox): Us {
    let lookup = this.#lookups.get(call);
    if (lookup === undefined) {
      const type = CoordinatorKeyType[keyType];
      lookup = new CoordinatorLookup(this.#config, this.#network, this.#tokens, this.#random, type, key);
      this.#lookups.set(call, lookup);
    }
    return lookup.find(now, out);
  }

  /** -1: not known. */
  node(call: number): number {
    return this.#lookups.get(call)?.node ?? -1;
  }

  /** What cannot be mended by asking again, once. */
  takeFailure(call: number): ClientError | null {
    return this.#lookups.get(call)?.takeFailure() ?? null;
  }

  /** An error of the coordinator, or of the way there. */
  onError(call: number, errorCode: number): void {
    switch (errorCode) {
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NETWORK_EXCEPTION:
        this.#lookups.get(call)?.forget();
        break;
    }
  }

  end(call: number): void {
    const lookup = this.#lookups.get(call);
    if (lookup === undefined) return;
    this.#lookups.delete(call);
    if (lookup.isAsking) this.#abandoned.add(lookup);
  }

  /** True when the reply was to a look-up. */
  onReply(now: Us, token: number, reply: Reply): boolean {
    for (const lookup of this.#lookups.values()) if (lookup.onReply(now, token, reply)) return true;
    for (const lookup of this.#abandoned) {
      if (lookup.onReply(now, token, reply)) return this.#abandoned.delete(lookup);
    }
    return false;
  }
}

import { ANY_VERSION, type Reply } from '../../../exchange/index.ts';
import { MS, type Outbox, type RandomSource, type Us } from '../../../machine/index.ts';
import { type ClientNetwork, COORDINATOR_CHANNEL } from '../../client-network.ts';
import { CoordinatorKeyType, CoordinatorLookup } from '../../coordinator-lookup.ts';
import type { ClientError } from '../../ports.ts';
import type { Tokens } from '../../tokens.ts';
import type { ConsumerConfig } from '../consumer-config.ts';

/** The way to the group's coordinator: found when it is needed, forgotten when it is not it any more. */
export class CoordinatorLink {
  readonly #network: ClientNetwork;
  readonly #tokens: Tokens;
  readonly #lookup: CoordinatorLookup;
  readonly #backoffUs: Us;
  readonly #inFlight = new Set<number>();

  constructor(config: ConsumerConfig, network: ClientNetwork, tokens: Tokens, randoms: RandomSource) {
    this.#network = network;
    this.#tokens = tokens;
    this.#backoffUs = config['retry.backoff.ms'] * MS;
    const random = randoms.stream('coordinator backoff');
    this.#lookup = new CoordinatorLookup(
      config,
      network,
      tokens,
      random,
      CoordinatorKeyType.group,
      config['group.id'],
    );
  }

  /** -1 when it is not known, or was known and cannot be reached (`checkAndGetCoordinator`). */
  node(now: Us): number {
    const { node } = this.#lookup;
    if (node >= 0 && this.#network.isBackingOff(now, node, COORDINATOR_CHANNEL)) {
      this.#lookup.forget();
      return -1;
    }
    return node;
  }

  get found(): number {
    return this.#lookup.found;
  }

  get failedLookups(): number {
    return this.#lookup.failed;
  }

  /** Requests without a reply yet. */
  get isWaiting(): boolean {
    return this.#inFlight.size > 0;
  }

  takeFailure(): ClientError | null {
    return this.#lookup.takeFailure();
  }

  find(now: Us, out: Outbox): Us {
    return this.#lookup.find(now, out);
  }

  /** True when a request may leave; else `dueAt` says when to try again. */
  ready(now: Us, out: Outbox): boolean {
    const node = this.node(now);
    return node >= 0 && this.#network.ready(now, node, out, COORDINATOR_CHANNEL);
  }

  /** When to look again after `ready` has said no, having begun what is needed for it. */
  dueAt(now: Us, out: Outbox): Us {
    if (this.node(now) < 0) return this.find(now, out);
    return now + this.#backoffUs;
  }

  /** The version that a request would have; the link is ready. */
  version(apiKey: number, versionCap: number = ANY_VERSION): number {
    return this.#network.version(this.#lookup.node, apiKey, versionCap, COORDINATOR_CHANNEL);
  }

  /** Answers the token. The link is ready. */
  send(
    now: Us,
    apiKey: number,
    body: object,
    out: Outbox,
    versionCap: number = ANY_VERSION,
    timeoutUs?: Us,
  ): number {
    const token = this.#tokens.next();
    this.#inFlight.add(token);
    this.#network.send(
      now,
      this.#lookup.node,
      token,
      apiKey,
      body,
      out,
      versionCap,
      COORDINATOR_CHANNEL,
      timeoutUs,
    );
    return token;
  }

  /** Somebody else is the coordinator, or nobody knows: what is in flight to it fails. */
  forget(now: Us, out: Outbox): void {
    const { node } = this.#lookup;
    if (node < 0) return;
    this.#lookup.forget();
    this.#network.disconnect(now, node, COORDINATOR_CHANNEL, out);
  }

  /** True when it was to a look-up and is done with. A request that was lost says that its broker is. */
  onReply(now: Us, token: number, reply: Reply): boolean {
    if (this.#inFlight.delete(token)) {
      if (reply.kind === 'failed' && reply.reason !== 'unsupported version') this.#lookup.forget();
      return false;
    }
    return this.#lookup.onReply(now, token, reply);
  }
}

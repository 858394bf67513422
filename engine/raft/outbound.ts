import type { Responder, Rpc } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';

/** Which component of the process sent a request (see the shared table of rpc owners). */
export const RAFT_RPC_OWNER = 1;

type Held =
  | { readonly kind: 'response'; readonly request: number; readonly body: object }
  | {
      readonly kind: 'request';
      readonly node: number;
      readonly token: number;
      readonly apiKey: number;
      readonly body: object;
    };

/**
 * What one step wants to say, held until what it rests on is durable. Kafka's raft thread blocks in fsync in the
 * middle of a handler; here the step runs to its end in memory and its words wait.
 */
export class Outbound {
  readonly #rpc: Rpc;
  readonly #responder: Responder;
  readonly #requestTimeoutUs: Us;
  #held: Held[] = [];

  constructor(rpc: Rpc, responder: Responder, requestTimeoutUs: Us) {
    this.#rpc = rpc;
    this.#responder = responder;
    this.#requestTimeoutUs = requestTimeoutUs;
  }

  respond(request: number, body: object): void {
    this.#held.push({ kind: 'response', request, body });
  }

  request(node: number, token: number, apiKey: number, body: object): void {
    this.#held.push({ kind: 'request', node, token, apiKey, body });
  }

  release(now: Us, out: Outbox): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const item of held) {
      if (item.kind === 'response') this.#responder.respond(item.request, item.body, out);
      else {
        this.#rpc.request(
          now,
          item.node,
          RAFT_RPC_OWNER,
          item.token,
          item.apiKey,
          item.body,
          this.#requestTimeoutUs,
          out,
        );
      }
    }
  }
}

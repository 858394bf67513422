import type { ConnectionId, Outbox, Ticket, Us } from '../machine/index.ts';

/** Names a request that this process has received and not yet answered. */
export type RequestId = number;

/** A request as a handler sees it: routed, its version supported, its body in the shape of that version. */
export interface Request<Body = object> {
  readonly id: RequestId;
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly connection: ConnectionId;
  readonly body: Body;
}

/** How a handler answers, at once or later. A request whose connection has gone is answered into nothing. */
export interface Responder {
  respond(request: RequestId, body: object, out: Outbox, afterSync?: Ticket): void;
  /** Ends the request without an answer (acks=0). */
  settleSilently(request: RequestId, out: Outbox): void;
  /** Closes the connection instead of answering (acks=0 in error, a broken frame). */
  disconnect(request: RequestId, out: Outbox): void;
}

/** The node id that stands for "whoever is the active controller now". */
export const ACTIVE_CONTROLLER = -1;

/** What became of a request that this process sent. */
export type Reply =
  | { readonly kind: 'response'; readonly apiVersion: number; readonly body: object }
  | {
      readonly kind: 'failed';
      readonly reason: 'disconnected' | 'timed out' | 'unsupported version' | 'no node';
    };

/**
 * How a component sends a request to another node. The reply reaches `owner` as `onReply(now, token, reply,
 * out)`.
 */
export interface Rpc {
  /**
   * `node` is a node id or ACTIVE_CONTROLLER; `owner` says which component of the process asks; `token` is
   * the asker's own and comes back untouched. The highest common version is used. Exactly one reply follows,
   * never within this call.
   */
  request(
    now: Us,
    node: number,
    owner: number,
    token: number,
    apiKey: number,
    body: object,
    timeoutUs: Us,
    out: Outbox,
  ): void;
}

import type { Request, RequestId, Responder } from '../exchange/index.ts';
import { assert, type Outbox, type Ticket } from '../machine/index.ts';
import {
  decodeRequest,
  type EnvelopeRequest,
  type EnvelopeResponse,
  ErrorCode,
  encodeFrame,
  WireError,
} from '../wire/index.ts';

interface Wrapped {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

/**
 * Answers requests, those that came in an Envelope within an Envelope again (`EnvelopeUtils`, KIP-590). What was
 * inside keeps the id of the request around it, so whoever answers need not know.
 */
export class EnvelopeResponder implements Responder {
  readonly #inner: Responder;
  readonly #wrapped = new Map<RequestId, Wrapped>();

  constructor(inner: Responder) {
    this.#inner = inner;
  }

  /** The request inside, or null when it was answered with the envelope's own error. */
  unwrap(request: Request<EnvelopeRequest>, forwardable: ReadonlySet<number>, out: Outbox): Request | null {
    const frame = decodeRequest(request.body.requestData);
    if (frame instanceof WireError) {
      // Not INVALID_REQUEST: the broker then closes its client's connection, which looks at the versions again.
      this.#reject(request.id, ErrorCode.UNSUPPORTED_VERSION, out);
      return null;
    }
    if (!forwardable.has(frame.apiKey)) {
      this.#reject(request.id, ErrorCode.INVALID_REQUEST, out);
      return null;
    }
    const { apiKey, apiVersion, correlationId, clientId, body } = frame;
    this.#wrapped.set(request.id, { apiKey, apiVersion, correlationId });
    return { id: request.id, apiKey, apiVersion, clientId, connection: request.connection, body };
  }

  respond(request: RequestId, body: object, out: Outbox, afterSync?: Ticket): void {
    const wrapped = this.#wrapped.get(request);
    if (wrapped === undefined) {
      this.#inner.respond(request, body, out, afterSync);
      return;
    }
    this.#wrapped.delete(request);
    this.#inner.respond(request, envelope(wrapped, body), out, afterSync);
  }

  settleSilently(request: RequestId, out: Outbox): void {
    assert(!this.#wrapped.has(request), 'a forwarded request is answered');
    this.#inner.settleSilently(request, out);
  }

  disconnect(request: RequestId, out: Outbox): void {
    if (this.#wrapped.delete(request)) this.#reject(request, ErrorCode.UNSUPPORTED_VERSION, out);
    else this.#inner.disconnect(request, out);
  }

  #reject(request: RequestId, errorCode: number, out: Outbox): void {
    const body: EnvelopeResponse = { responseData: null, errorCode };
    this.#inner.respond(request, body, out);
  }
}

/**
 * A controller that is not active says so on the envelope, so that the broker looks for the active one and tries again
 * instead of telling its client (`RequestChannel.Request.buildResponseSend`).
 */
function envelope(wrapped: Wrapped, body: object): EnvelopeResponse {
  if (saysNotController(body)) return { responseData: null, errorCode: ErrorCode.NOT_CONTROLLER };
  const { apiKey, apiVersion, correlationId } = wrapped;
  const responseData = encodeFrame({ kind: 'response', apiKey, apiVersion, correlationId, body });
  return { responseData, errorCode: ErrorCode.NONE };
}

/** NOT_CONTROLLER at the top, or on an element of a list at the top (`AbstractResponse.errorCounts`). */
function saysNotController(body: object): boolean {
  if ((body as { errorCode?: number }).errorCode === ErrorCode.NOT_CONTROLLER) return true;
  for (const value of Object.values(body)) {
    if (!Array.isArray(value)) continue;
    for (const element of value as readonly { errorCode?: number }[]) {
      if (element.errorCode === ErrorCode.NOT_CONTROLLER) return true;
    }
  }
  return false;
}

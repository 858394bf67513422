import { ACTIVE_CONTROLLER, type Reply, type Request, type Responder, type Rpc } from '../exchange/index.ts';
import { MS, type Outbox, type Us } from '../machine/index.ts';
import {
  ApiKey,
  decodeResponse,
  type EnvelopeRequest,
  type EnvelopeResponse,
  ErrorCode,
  encodeFrame,
  WireError,
} from '../wire/index.ts';
import type { BrokerConfig } from './config.ts';
import { errorResponse } from './error-response.ts';
import { RpcOwner } from './timer.ts';

/** No more forwarded requests than this wait for the controller. */
const FORWARDED_LIMIT = 100_000;
/**
 * `DefaultPrincipalData` v0 of `User:ANONYMOUS`, not a token: version, then compact strings and an empty tag section.
 */
const ANONYMOUS_PRINCIPAL = Uint8Array.of(
  ...[0, 0],
  ...[5, 0x55, 0x73, 0x65, 0x72],
  ...[10, 0x41, 0x4e, 0x4f, 0x4e, 0x59, 0x4d, 0x4f, 0x55, 0x53],
  ...[0, 0],
);
/** The machine sees connections, not addresses: all clients forward as the loopback address. */
const CLIENT_ADDRESS = Uint8Array.of(127, 0, 0, 1);

interface Forwarded {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly body: object;
  /** Null for the broker's own requests: nobody waits for their answer. */
  readonly request: Request | null;
  /** Makes the client's answer of the controller's, where the broker answers a part itself. */
  readonly finish: ((answer: object) => object) | null;
}

export interface ForwardingOptions {
  readonly rpc: Rpc;
  readonly responder: Responder;
  readonly config: BrokerConfig;
}

/**
 * Wraps a client's request in an Envelope, carries it to the active controller and unwraps the answer
 * (`ForwardingManagerImpl`, KIP-590). The client's own version travels inside, so that the answer needs no
 * conversion. The exchange waits for a controller and goes after it when it moves, so a request may be carried out
 * twice. Kafka tries for a minute in attempts of `controller.socket.timeout.ms`; here that time-out bounds the whole.
 */
export class Forwarding {
  readonly #responder: Responder;
  readonly #rpc: Rpc;
  readonly #timeoutUs: Us;
  readonly #forwarded = new Map<number, Forwarded>();
  #nextToken = 1;

  constructor(options: ForwardingOptions) {
    this.#responder = options.responder;
    this.#rpc = options.rpc;
    this.#timeoutUs = options.config['controller.socket.timeout.ms'] * MS;
  }

  forward(now: Us, request: Request, out: Outbox): void {
    const { apiKey, apiVersion, body, clientId } = request;
    this.#send(now, { apiKey, apiVersion, body, request, finish: null }, clientId, out);
  }

  /** Passes on a part of a request; `finish` makes the whole answer of the controller's. */
  forwardPart(
    now: Us,
    request: Request,
    body: object,
    finish: (answer: object) => object,
    out: Outbox,
  ): void {
    const { apiKey, apiVersion, clientId } = request;
    this.#send(now, { apiKey, apiVersion, body, request, finish }, clientId, out);
  }

  /** The broker's own request, for a client's sake. Its answer only ends the waiting for the token that comes back. */
  forwardOwn(
    now: Us,
    apiKey: number,
    apiVersion: number,
    body: object,
    clientId: string | null,
    out: Outbox,
  ): number {
    return this.#send(now, { apiKey, apiVersion, body, request: null, finish: null }, clientId, out);
  }

  isWaiting(token: number): boolean {
    return this.#forwarded.has(token);
  }

  onReply(_now: Us, token: number, reply: Reply, out: Outbox): void {
    const forwarded = this.#forwarded.get(token);
    if (forwarded === undefined) return;
    this.#forwarded.delete(token);
    this.#settle(forwarded, answerOf(forwarded, reply, out), out);
  }

  #send(now: Us, forwarded: Forwarded, clientId: string | null, out: Outbox): number {
    if (this.#forwarded.size >= FORWARDED_LIMIT) {
      this.#settle(forwarded, errorBody(forwarded, ErrorCode.REQUEST_TIMED_OUT), out);
      return 0;
    }
    const token = this.#nextToken++;
    const { apiKey, apiVersion, body } = forwarded;
    const envelope: EnvelopeRequest = {
      requestData: encodeFrame({
        kind: 'request',
        apiKey,
        apiVersion,
        correlationId: token & 0x7fffffff,
        clientId,
        body,
      }),
      requestPrincipal: ANONYMOUS_PRINCIPAL,
      clientHostAddress: CLIENT_ADDRESS,
    };
    this.#forwarded.set(token, forwarded);
    const { FORWARDING } = RpcOwner;
    this.#rpc.request(
      now,
      ACTIVE_CONTROLLER,
      FORWARDING,
      token,
      ApiKey.Envelope,
      envelope,
      this.#timeoutUs,
      out,
    );
    return token;
  }

  /** A null response closes the client's connection: it must look at the versions again. */
  #settle(forwarded: Forwarded, response: object | null, out: Outbox): void {
    if (forwarded.request === null) return;
    if (response === null) {
      this.#responder.disconnect(forwarded.request.id, out);
      return;
    }
    const { finish, request } = forwarded;
    this.#responder.respond(request.id, finish === null ? response : finish(response), out);
  }
}

function errorBody(forwarded: Forwarded, error: number): object {
  return errorResponse(forwarded.apiKey, forwarded.apiVersion, forwarded.body, error);
}

/** The response for the client, or null to close its connection. */
function answerOf(forwarded: Forwarded, reply: Reply, out: Outbox): object | null {
  if (reply.kind === 'response') return unwrap(forwarded, reply.body as EnvelopeResponse);
  out.probe('forwarding: no answer');
  const unsupported = reply.reason === 'unsupported version';
  return errorBody(forwarded, unsupported ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.REQUEST_TIMED_OUT);
}

/** The envelope's own errors mean a broken cluster, not a wrong request: the client hears of a server error only. */
function unwrap(forwarded: Forwarded, envelope: EnvelopeResponse): object | null {
  if (envelope.errorCode === ErrorCode.UNSUPPORTED_VERSION) return null;
  if (envelope.errorCode !== ErrorCode.NONE || envelope.responseData === null) {
    return errorBody(forwarded, ErrorCode.UNKNOWN_SERVER_ERROR);
  }
  const frame = decodeResponse(envelope.responseData, forwarded.apiKey, forwarded.apiVersion);
  if (frame instanceof WireError) return errorBody(forwarded, ErrorCode.UNKNOWN_SERVER_ERROR);
  return frame.body;
}

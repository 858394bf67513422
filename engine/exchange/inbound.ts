import {
  assert,
  type ConnectionId,
  type Input,
  type Outbox,
  type RequestFrame,
  type Ticket,
  type Us,
} from '../machine/index.ts';
import { conformedResponse } from './conformed.ts';
import type { Request, RequestId, Responder } from './request.ts';

/** Requests that wait behind the one in process, per connection. A peer that sends more is cut off. */
export const MAX_WAITING_PER_CONNECTION = 1_000;

interface Accepted {
  readonly id: ConnectionId;
  readonly port: number;
  /** The request in process, 0 for none. While there is one the socket counts as muted. */
  current: RequestId;
  /** Arrived behind it: what a muted socket leaves in the kernel's buffer. */
  readonly waiting: RequestFrame[];
}

const NOTHING: readonly Request[] = [];

interface InProcess {
  readonly connection: Accepted;
  readonly frame: RequestFrame;
}

/**
 * The inbound side of a process: connections accepted, one request of each in process at a time, and so
 * responses in the order of the requests (`SocketServer`'s muting). The owner feeds it inputs, drains
 * `takeRequests` until it is empty, and every request taken is settled exactly once: `respond`,
 * `settleSilently` or `disconnect`.
 */
export class Inbound implements Responder {
  readonly #connections = new Map<ConnectionId, Accepted>();
  readonly #inProcess = new Map<RequestId, InProcess>();
  /** Requests whose connection went before their answer. */
  readonly #orphans = new Set<RequestId>();
  #arrived: Request[] = [];
  #taken: Request[] = [];
  #nextRequest: RequestId = 1;

  /** True when the input was for this side. */
  onInput(_now: Us, input: Input, out: Outbox): boolean {
    switch (input.kind) {
      case 'accepted':
        this.#connections.set(input.connection, {
          id: input.connection,
          port: input.port,
          current: 0,
          waiting: [],
        });
        return true;
      case 'closed': {
        const connection = this.#connections.get(input.connection);
        if (connection !== undefined) this.#forget(connection);
        return connection !== undefined;
      }
      case 'frame': {
        const connection = this.#connections.get(input.connection);
        if (connection === undefined) return false;
        if (input.frame.kind === 'request') this.#onRequest(connection, input.frame, out);
        else this.#cutOff(connection, out, 'response on an accepted connection');
        return true;
      }
      default:
        return false;
    }
  }

  /** Requests to work on, in order of arrival. The array is valid until the call after next. */
  takeRequests(): readonly Request[] {
    if (this.#arrived.length === 0) return NOTHING;
    const taken = this.#arrived;
    this.#arrived = this.#taken;
    this.#arrived.length = 0;
    this.#taken = taken;
    return taken;
  }

  respond(request: RequestId, body: object, out: Outbox, afterSync?: Ticket): void {
    const inProcess = this.#inProcess.get(request);
    if (inProcess === undefined) this.#settleOrphan(request);
    else this.#answer(request, inProcess, inProcess.frame.apiVersion, body, out, afterSync);
  }

  /**
   * Answers in another version than asked: only ApiVersions does so, when it does not know the version
   * (KIP-511).
   */
  respondAs(request: RequestId, apiVersion: number, body: object, out: Outbox): void {
    const inProcess = this.#inProcess.get(request);
    if (inProcess === undefined) this.#settleOrphan(request);
    else this.#answer(request, inProcess, apiVersion, body, out, undefined);
  }

  settleSilently(request: RequestId, out: Outbox): void {
    const inProcess = this.#inProcess.get(request);
    if (inProcess === undefined) {
      this.#settleOrphan(request);
      return;
    }
    this.#inProcess.delete(request);
    this.#startNext(inProcess.connection, out);
  }

  disconnect(request: RequestId, out: Outbox): void {
    const inProcess = this.#inProcess.get(request);
    if (inProcess === undefined) {
      this.#settleOrphan(request);
      return;
    }
    this.#inProcess.delete(request);
    inProcess.connection.current = 0;
    this.#cutOff(inProcess.connection, out, 'disconnected instead of answering');
  }

  /** Which listener a connection came in by; undefined when it is gone. */
  portOf(connection: ConnectionId): number | undefined {
    return this.#connections.get(connection)?.port;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Requests taken or waiting to be taken, and not yet settled. */
  get inProcessCount(): number {
    return this.#inProcess.size;
  }

  closeAll(out: Outbox): void {
    for (const connection of [...this.#connections.values()]) {
      out.close(connection.id);
      this.#forget(connection);
    }
  }

  #onRequest(connection: Accepted, frame: RequestFrame, out: Outbox): void {
    if (connection.current === 0) this.#start(connection, frame, out);
    else if (connection.waiting.length >= MAX_WAITING_PER_CONNECTION) {
      this.#cutOff(connection, out, 'too many requests on a connection');
    } else connection.waiting.push(frame);
  }

  #start(connection: Accepted, frame: RequestFrame, out: Outbox): void {
    const id = this.#nextRequest++;
    connection.current = id;
    this.#inProcess.set(id, { connection, frame });
    const { apiKey, apiVersion, clientId, body } = frame;
    out.work.requests += 1;
    this.#arrived.push({ id, apiKey, apiVersion, clientId, connection: connection.id, body });
  }

  #startNext(connection: Accepted, out: Outbox): void {
    connection.current = 0;
    const next = connection.waiting.shift();
    if (next !== undefined) this.#start(connection, next, out);
  }

  #answer(
    request: RequestId,
    { connection, frame }: InProcess,
    apiVersion: number,
    body: object,
    out: Outbox,
    afterSync: Ticket | undefined,
  ): void {
    assert(connection.current === request, 'a connection works on one request at a time');
    this.#inProcess.delete(request);
    const { apiKey, correlationId } = frame;
    const conformed = conformedResponse(apiKey, apiVersion, body);
    const response = { kind: 'response', apiKey, apiVersion, correlationId, body: conformed } as const;
    if (afterSync === undefined) out.send(connection.id, response);
    else out.send(connection.id, response, afterSync);
    this.#startNext(connection, out);
  }

  #cutOff(connection: Accepted, out: Outbox, why: string): void {
    out.probe(why);
    out.close(connection.id);
    this.#forget(connection);
  }

  #forget(connection: Accepted): void {
    this.#connections.delete(connection.id);
    connection.waiting.length = 0;
    if (connection.current === 0) return;
    this.#inProcess.delete(connection.current);
    this.#orphans.add(connection.current);
    connection.current = 0;
  }

  #settleOrphan(request: RequestId): void {
    assert(this.#orphans.delete(request), () => `request ${request} is settled once`);
  }
}

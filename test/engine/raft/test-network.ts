import type { Reply, Request, RequestId, Responder, Rpc } from '../../../engine/exchange/index.ts';
import type { Us } from '../../../engine/machine/index.ts';
import { apiOf } from '../../../engine/wire/index.ts';
import type { EventClock } from './event-clock.ts';
import { overTheWireRequest, overTheWireResponse } from './over-the-wire.ts';

/** The ends of the network. */
export interface TestHosts {
  isUp(node: number): boolean;
  incarnationOf(node: number): number;
  handle(node: number, request: Request): void;
  onReply(node: number, token: number, reply: Reply): void;
}

interface Pending {
  readonly from: number;
  readonly incarnation: number;
  readonly token: number;
  readonly apiKey: number;
  readonly apiVersion: number;
}

/** Requests and answers between nodes, each with a delay of its own: in no order, and lost where it is cut. */
export class TestNetwork {
  /** Requests sent so far. */
  messages = 0;
  /** Answers whether a message is lost; the property test has its own opinion. */
  loses: (from: number, to: number) => boolean = () => false;
  readonly #clock: EventClock;
  readonly #latency: () => Us;
  readonly #hosts: TestHosts;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #outside = new Map<RequestId, { answer: object | null }>();
  readonly #cuts = new Set<string>();
  #nextRequest = 1;

  constructor(clock: EventClock, latency: () => Us, hosts: TestHosts) {
    this.#clock = clock;
    this.#latency = latency;
    this.#hosts = hosts;
  }

  /** One way. */
  cut(from: number, to: number): void {
    this.#cuts.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** A request whose answer leaves the network here. */
  expect(asked: { answer: object | null }): RequestId {
    const id = this.#nextRequest++;
    this.#outside.set(id, asked);
    return id;
  }

  rpc(from: number): Rpc {
    const incarnation = this.#hosts.incarnationOf(from);
    return {
      request: (_now, to, _owner, token, apiKey, body, timeoutUs) => {
        const apiVersion = apiOf(apiKey)!.maxVersion;
        const id = this.#nextRequest++;
        this.messages++;
        this.#pending.set(id, { from, incarnation, token, apiKey, apiVersion });
        this.#clock.schedule(timeoutUs, () => this.#reply(id, { kind: 'failed', reason: 'timed out' }));
        if (this.#isLost(from, to)) return;
        const travelled = overTheWireRequest(apiKey, apiVersion, body);
        const request = { id, apiKey, apiVersion, clientId: null, connection: from, body: travelled };
        this.#clock.schedule(this.#latency(), () => {
          if (this.#hosts.isUp(to)) this.#hosts.handle(to, request);
          else this.#later(id, { kind: 'failed', reason: 'disconnected' });
        });
      },
    };
  }

  responder(node: number): Responder {
    const incarnation = this.#hosts.incarnationOf(node);
    return {
      respond: (id, body) => {
        if (this.#hosts.incarnationOf(node) !== incarnation) return;
        const outside = this.#outside.get(id);
        if (outside !== undefined) outside.answer = body;
        const pending = this.#pending.get(id);
        if (pending === undefined || this.#isLost(node, pending.from)) return;
        const { apiKey, apiVersion } = pending;
        const travelled = overTheWireResponse(apiKey, apiVersion, body);
        this.#later(id, { kind: 'response', apiVersion, body: travelled });
      },
      settleSilently: () => {},
      disconnect: () => {},
    };
  }

  #later(id: RequestId, reply: Reply): void {
    this.#clock.schedule(this.#latency(), () => this.#reply(id, reply));
  }

  #reply(id: RequestId, reply: Reply): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (this.#hosts.incarnationOf(pending.from) === pending.incarnation) {
      this.#hosts.onReply(pending.from, pending.token, reply);
    }
  }

  #isLost(from: number, to: number): boolean {
    return this.#cuts.has(`${from}>${to}`) || this.loses(from, to);
  }
}

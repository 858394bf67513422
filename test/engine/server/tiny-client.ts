import { Exchange, type Reply, serverExchangeConfig } from '../../../engine/exchange/index.ts';
import { type Input, type Machine, type Outbox, SECOND, type Us } from '../../../engine/machine/index.ts';
import { randomSource, type TinyNode, type TinyWorld } from './tiny-world.ts';

const OWNER = 10;
const KICK = 63;

/** A client that sends what a test asks it to, and keeps the replies. */
class ClientMachine implements Machine {
  readonly exchange = new Exchange(
    { ...serverExchangeConfig('client'), handshake: true },
    randomSource('client').stream('backoff'),
  );
  readonly asked: { node: number; token: number; apiKey: number; body: object; timeoutUs: Us }[] = [];
  readonly replies = new Map<number, Reply>();

  step(now: Us, input: Input, out: Outbox): void {
    this.exchange.onInput(now, input, out);
    for (const { node, token, apiKey, body, timeoutUs } of this.asked.splice(0)) {
      this.exchange.request(now, node, OWNER, token, apiKey, body, timeoutUs, out);
    }
    for (const { token, reply } of this.exchange.takeReplies()) this.replies.set(token, reply);
  }
}

export class TinyClient {
  readonly #world: TinyWorld;
  readonly #node: TinyNode;
  readonly #machine = new ClientMachine();
  #nextToken = 1;

  constructor(world: TinyWorld, host: string) {
    this.#world = world;
    this.#node = world.node(host);
    this.#node.start(() => this.#machine);
  }

  knows(id: number, host: string, port: number): void {
    this.#machine.exchange.setNode(id, { host, port });
  }

  send(node: number, apiKey: number, body: object, timeoutUs: Us = 30 * SECOND): number {
    const token = this.#nextToken++;
    this.#machine.asked.push({ node, token, apiKey, body, timeoutUs });
    this.#node.step({ kind: 'timer', timer: KICK });
    return token;
  }

  reply(token: number): Reply | undefined {
    return this.#machine.replies.get(token);
  }

  /** Asks and waits: the body of the response, or the reason why there is none. */
  ask<Body>(node: number, apiKey: number, body: object, within: Us = 30 * SECOND): Body | string {
    const token = this.send(node, apiKey, body, within);
    this.#world.runUntil(() => this.reply(token) !== undefined, within + SECOND);
    const reply = this.reply(token);
    if (reply === undefined) return 'no reply';
    return reply.kind === 'response' ? (reply.body as Body) : reply.reason;
  }
}

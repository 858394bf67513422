import type { CloseReason, ConnectionId } from '../../../engine/machine/index.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import {
  DEFAULT_NETWORK,
  type End,
  Network,
  type NetworkHost,
  type NetworkOptions,
  type Nic,
  type SocketOwner,
  UNLIMITED_NIC,
} from '../../../sim/network/index.ts';
import { RandomStreams } from '../../../sim/random/index.ts';

/** A process that notes what its sockets tell it: `12 b1 accepted 9092`. */
export class WireTap implements SocketOwner {
  readonly name: string;
  readonly host: NetworkHost;
  readonly ends: End[] = [];
  readonly story: string[] = [];
  /** What arrived on any connection, in order. */
  readonly received: unknown[] = [];
  readonly #net: TestNet;
  #next = 1;

  constructor(net: TestNet, host: NetworkHost) {
    this.#net = net;
    this.name = host.name;
    this.host = host;
  }

  connect(to: WireTap, port = 9092): End {
    const end = this.#net.network.connect(this.host, { host: to.name, port }, this, this.#next++);
    this.ends.push(end);
    return end;
  }

  listen(port = 9092): void {
    this.#net.network.listen(this.host, port, this);
  }

  onConnected(id: ConnectionId): void {
    this.#note(`connected ${id}`);
  }

  onAccepted(end: End, port: number): ConnectionId {
    this.#note(`accepted ${port}`);
    this.ends.push(end);
    return this.#next++;
  }

  onClosed(id: ConnectionId, reason: CloseReason): void {
    this.#note(`${id} ${reason}`);
  }

  onFrame(_id: ConnectionId, payload: unknown): void {
    this.received.push(payload);
    this.#note(`got ${payload}`);
  }

  #note(what: string): void {
    this.story.push(`${this.#net.kernel.now} ${what}`);
  }
}

/** Without luck: 100 us within a rack, 1 ms within the region, 50 ms beyond. */
export const STEADY: NetworkOptions = {
  ...DEFAULT_NETWORK,
  links: {
    'same host': { latency: { floorUs: 10, tailUsMean: 0 }, lossPpm: 0 },
    'same rack': { latency: { floorUs: 100, tailUsMean: 0 }, lossPpm: 0 },
    'same region': { latency: { floorUs: 1_000, tailUsMean: 0 }, lossPpm: 0 },
    'other region': { latency: { floorUs: 50_000, tailUsMean: 0 }, lossPpm: 0 },
  },
  userTimeoutUs: 30_000_000,
};

export class TestNet {
  readonly kernel = new Kernel();
  readonly network: Network;

  constructor(options: NetworkOptions = STEADY, seed = 'net') {
    this.network = new Network({
      kernel: this.kernel,
      random: new RandomStreams(seed),
      options,
      damage: (payload) => `damaged ${payload}`,
    });
  }

  tap(name: string, rack = 'r1', region = 'eu', nic: Nic = UNLIMITED_NIC): WireTap {
    return new WireTap(this, this.network.attach(name, { region, rack }, nic));
  }

  /** Two hosts in one rack with an open connection; the story so far is forgotten. */
  pair(nic: Nic = UNLIMITED_NIC): { a: WireTap; b: WireTap; aEnd: End; bEnd: End } {
    const a = this.tap('a', 'r1', 'eu', nic);
    const b = this.tap('b', 'r1', 'eu', nic);
    b.listen();
    const aEnd = a.connect(b);
    this.run(1_000);
    a.story.length = 0;
    b.story.length = 0;
    return { a, b, aEnd, bEnd: b.ends[0]! };
  }

  send(end: End, payload: unknown, size = 100): void {
    this.network.send(end, payload, size);
  }

  /** Lets so much time pass. */
  run(us: number): void {
    const until = this.kernel.now + us;
    const reason = this.kernel.run(until);
    if (reason === 'idle') this.kernel.now = until;
  }
}

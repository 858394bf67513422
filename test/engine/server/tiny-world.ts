import type {
  CloseReason,
  ConnectionId,
  Endpoint,
  Fact,
  Frame,
  Input,
  Machine,
  Outbox,
  Random,
  RandomSource,
  Ticket,
  TimerId,
  Us,
} from '../../../engine/machine/index.ts';
import { noWork } from '../../../engine/machine/index.ts';
import { decodeRequest, decodeResponse, encodeFrame, WireError } from '../../../engine/wire/index.ts';
import { MemoryDisk } from './memory-disk.ts';

const LATENCY: Us = 200;
const SYNC_LATENCY: Us = 500;
/** While a host is cut off TCP sends again, this often. */
const RETRANSMIT: Us = 200_000;

interface Scheduled {
  readonly at: Us;
  readonly seq: number;
  readonly run: () => void;
}

/** One end of a connection, with what is on its way to it. */
interface Pipe {
  readonly node: TinyNode;
  readonly connection: ConnectionId;
  readonly incarnation: number;
  /** In order; the first holds up the rest while the hosts cannot reach each other. */
  readonly arriving: Frame[];
}

interface Link {
  readonly client: Pipe;
  server: Pipe | null;
  open: boolean;
  /** API and version of requests under way, by correlation id: a response does not carry them in bytes. */
  readonly versions: Map<number, readonly [number, number]>;
}

/** A deterministic stream, seeded by a name. */
function randomOf(seed: string): Random {
  let state = 2166136261;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 16777619) >>> 0;
  const u32 = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  return { u32, below: (bound) => u32() % bound };
}

export function randomSource(seed: string): RandomSource {
  return { stream: (name) => randomOf(`${seed}/${name}`) };
}

/** One process on a host: a machine that can be started, stopped and killed, over a disk that survives it. */
export class TinyNode {
  readonly world: TinyWorld;
  readonly host: string;
  readonly disk = new MemoryDisk();
  readonly facts: Fact[] = [];
  readonly probes = new Map<string, number>();
  readonly timers = new Map<TimerId, number>();
  readonly links = new Map<ConnectionId, Link>();
  machine: Machine | null = null;
  incarnation = 0;
  exited: { readonly reason: 'clean' | 'failed'; readonly message: string } | null = null;
  readonly syncing = new Set<Ticket>();
  waiting: { readonly ticket: Ticket; readonly run: () => void }[] = [];
  nextConnection = 1;

  constructor(world: TinyWorld, host: string) {
    this.world = world;
    this.host = host;
  }

  start(build: (node: TinyNode) => Machine): void {
    this.incarnation++;
    this.exited = null;
    this.machine = build(this);
    this.step({ kind: 'boot' });
  }

  /** SIGTERM. */
  shutdown(): void {
    this.step({ kind: 'shutdown' });
  }

  /** SIGKILL: timers and connections go, the page cache stays. */
  kill(): void {
    this.machine = null;
    this.incarnation++;
    this.timers.clear();
    this.waiting = [];
    this.syncing.clear();
    this.disk.syncs.length = 0;
    for (const [connection, link] of [...this.links]) this.world.breakLink(this, connection, link, 'reset');
  }

  step(input: Input): void {
    const { machine, world } = this;
    if (machine === null) return;
    const out = new TinyOutbox(this);
    machine.step(world.now, input, out);
    world.steps++;
    world.onStep?.(this);
    const { incarnation } = this;
    for (const ticket of this.disk.syncs.splice(0)) {
      this.syncing.add(ticket);
      world.after(SYNC_LATENCY, () => {
        if (this.incarnation !== incarnation) return;
        this.syncing.delete(ticket);
        this.step({ kind: 'synced', ticket, error: null });
        const ready = this.waiting.filter((waiter) => waiter.ticket === ticket);
        this.waiting = this.waiting.filter((waiter) => waiter.ticket !== ticket);
        for (const waiter of ready) waiter.run();
      });
    }
    if (out.exit_ !== null) {
      this.kill();
      this.exited = out.exit_;
    }
  }
}

class TinyOutbox implements Outbox {
  readonly work = noWork();
  readonly #node: TinyNode;
  exit_: TinyNode['exited'] = null;

  constructor(node: TinyNode) {
    this.#node = node;
  }

  connect(endpoint: Endpoint): ConnectionId {
    return this.#node.world.connect(this.#node, endpoint);
  }

  send(connection: ConnectionId, frame: Frame, afterSync?: Ticket): void {
    const node = this.#node;
    const run = () => node.world.send(node, connection, frame);
    const { syncs } = node.disk;
    const done = afterSync === undefined || (!syncs.includes(afterSync) && !node.syncing.has(afterSync));
    if (done) run();
    else node.waiting.push({ ticket: afterSync, run });
  }

  close(connection: ConnectionId): void {
    const link = this.#node.links.get(connection);
    if (link !== undefined) this.#node.world.breakLink(this.#node, connection, link, 'closed');
  }

  arm(timer: TimerId, at: Us): void {
    const node = this.#node;
    const { incarnation } = node;
    const armed = node.world.nextSeq();
    node.timers.set(timer, armed);
    node.world.at(Math.max(at, node.world.now), () => {
      if (node.incarnation !== incarnation || node.timers.get(timer) !== armed) return;
      node.timers.delete(timer);
      node.step({ kind: 'timer', timer });
    });
  }

  disarm(timer: TimerId): void {
    this.#node.timers.delete(timer);
  }

  exit(reason: 'clean' | 'failed', message: string): void {
    this.exit_ = { reason, message };
  }

  probe(name: string): void {
    this.#node.probes.set(name, (this.#node.probes.get(name) ?? 0) + 1);
  }

  fact(fact: Fact): void {
    this.#node.facts.push(fact);
    this.#node.world.onFact?.(this.#node, fact);
  }
}

/** Hosts, wires with one latency, and a clock: just enough of a world to run a cluster in one test. */
export class TinyWorld {
  readonly nodes = new Map<string, TinyNode>();
  readonly #queue: Scheduled[] = [];
  readonly #cut = new Set<string>();
  readonly #codec: 'objects' | 'bytes';
  onFact: ((node: TinyNode, fact: Fact) => void) | null = null;
  onStep: ((node: TinyNode) => void) | null = null;
  now: Us = 0;
  steps = 0;
  #seq = 0;

  constructor(codec: 'objects' | 'bytes' = 'objects') {
    this.#codec = codec;
  }

  node(host: string): TinyNode {
    let node = this.nodes.get(host);
    if (node === undefined) {
      node = new TinyNode(this, host);
      this.nodes.set(host, node);
    }
    return node;
  }

  nextSeq(): number {
    return this.#seq++;
  }

  after(delay: Us, run: () => void): void {
    this.at(this.now + delay, run);
  }

  at(at: Us, run: () => void): void {
    const scheduled = { at, seq: this.#seq++, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#queue[middle]!;
      if (other.at > at || (other.at === at && other.seq > scheduled.seq)) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, scheduled);
  }

  /** Runs until the condition holds; false when the time is over first. */
  runUntil(condition: () => boolean, within: Us): boolean {
    const end = this.now + within;
    while (!condition()) {
      const next = this.#queue.at(-1);
      if (next === undefined || next.at > end) {
        this.now = end;
        return false;
      }
      this.#queue.pop();
      this.now = next.at;
      next.run();
    }
    return true;
  }

  runFor(time: Us): void {
    this.runUntil(() => false, time);
  }

  /** Frames to and from a host vanish until it is healed. */
  cut(host: string): void {
    this.#cut.add(host);
  }

  heal(host: string): void {
    this.#cut.delete(host);
  }

  connect(node: TinyNode, endpoint: Endpoint): ConnectionId {
    const connection = node.nextConnection++;
    const client: Pipe = { node, connection, incarnation: node.incarnation, arriving: [] };
    const link: Link = { client, server: null, open: true, versions: new Map() };
    node.links.set(connection, link);
    this.after(LATENCY, () => this.#knock(link, endpoint));
    return connection;
  }

  #knock(link: Link, endpoint: Endpoint): void {
    const { node, connection } = link.client;
    if (!link.open) return;
    if (this.#isCut(node.host, endpoint.host)) {
      this.after(RETRANSMIT, () => this.#knock(link, endpoint));
      return;
    }
    const peer = this.nodes.get(endpoint.host);
    if (peer === undefined || peer.machine === null) {
      link.open = false;
      node.links.delete(connection);
      this.#deliver(link.client, { kind: 'closed', connection, reason: 'refused' });
      return;
    }
    const accepted = peer.nextConnection++;
    link.server = { node: peer, connection: accepted, incarnation: peer.incarnation, arriving: [] };
    peer.links.set(accepted, link);
    peer.step({ kind: 'accepted', connection: accepted, port: endpoint.port });
    this.after(LATENCY, () => {
      if (link.open) this.#deliver(link.client, { kind: 'connected', connection });
    });
  }

  #isCut(a: string, b: string): boolean {
    return a !== b && (this.#cut.has(a) || this.#cut.has(b));
  }

  send(node: TinyNode, connection: ConnectionId, frame: Frame): void {
    const link = node.links.get(connection);
    if (link === undefined) return;
    const isClient = link.client.node === node && link.client.connection === connection;
    const to = isClient ? link.server : link.client;
    if (to === null) return;
    to.arriving.push(this.#travel(link, frame));
    this.after(LATENCY, () => this.#arrive(link, to, node.host));
  }

  /** Delivers the next frame, or lets it wait while there is no way through. */
  #arrive(link: Link, to: Pipe, from: string): void {
    if (!link.open) return;
    if (this.#isCut(from, to.node.host)) {
      this.after(RETRANSMIT, () => this.#arrive(link, to, from));
      return;
    }
    const frame = to.arriving.shift();
    if (frame !== undefined) this.#deliver(to, { kind: 'frame', connection: to.connection, frame });
  }

  breakLink(node: TinyNode, connection: ConnectionId, link: Link, reason: CloseReason): void {
    node.links.delete(connection);
    const isClient = link.client.node === node && link.client.connection === connection;
    const other = isClient ? link.server : link.client;
    if (!link.open) return;
    // What was sent before the close arrives before it, and neither does while there is no way through.
    this.after(LATENCY, () => this.#breakAtPeer(link, other, node.host, reason));
  }

  #breakAtPeer(link: Link, other: Pipe | null, from: string, reason: CloseReason): void {
    if (!link.open) return;
    if (other !== null && this.#isCut(from, other.node.host)) {
      this.after(RETRANSMIT, () => this.#breakAtPeer(link, other, from, reason));
      return;
    }
    link.open = false;
    if (other === null) return;
    other.node.links.delete(other.connection);
    this.#deliver(other, { kind: 'closed', connection: other.connection, reason });
  }

  #deliver(to: Pipe, input: Input): void {
    if (to.node.incarnation === to.incarnation) to.node.step(input);
  }

  /** With bytes every frame is encoded and decoded again, as on a wire. */
  #travel(link: Link, frame: Frame): Frame {
    if (this.#codec === 'objects') return frame;
    const bytes = encodeFrame(frame);
    let decoded: Frame | WireError;
    if (frame.kind === 'request') {
      link.versions.set(frame.correlationId, [frame.apiKey, frame.apiVersion]);
      decoded = decodeRequest(bytes);
    } else {
      const [apiKey, apiVersion] = link.versions.get(frame.correlationId)!;
      link.versions.delete(frame.correlationId);
      decoded = decodeResponse(bytes, apiKey, apiVersion);
    }
    if (decoded instanceof WireError) throw new Error(`${decoded.code}: ${decoded.message}`);
    return decoded;
  }
}

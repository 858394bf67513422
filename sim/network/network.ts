import { assert, type ConnectionId, type Endpoint, type Us } from '../../engine/machine/index.ts';
import type { EventKind, Kernel } from '../kernel/index.ts';
import type { Latency, RandomStreams } from '../random/index.ts';
import { End, type Pipe, SegmentKind } from './connection.ts';
import { Handshake } from './handshake.ts';
import { NetworkHost, type SocketOwner } from './network-host.ts';
import { distanceBetween, type Location, type NetworkOptions, type Nic, UNLIMITED_NIC } from './options.ts';
import { Path } from './path.ts';
import { type Damage, Pipes, SIGNAL_BYTES } from './pipes.ts';

/** Names a fault in force, so that it can be healed. */
export type NetworkFaultId = number;

/** What can be done to the ways from one set of hosts to another. */
export type NetworkFault =
  /** Silence: nothing gets through. */
  | { readonly kind: 'cut' }
  /** A jam: what is sent queues on the way and arrives, in order, the moment it is healed. */
  | { readonly kind: 'clog' }
  /** Handshakes get through, and no data does. */
  | { readonly kind: 'mute' }
  /** Packets in a million that take up to so much longer. */
  | { readonly kind: 'tail'; readonly ppm: number; readonly upToUs: Us }
  | { readonly kind: 'delay'; readonly extra: Latency }
  | { readonly kind: 'limit'; readonly bytesPerSecond: number }
  /** Packets lost in a million, on top of what the link loses anyway. */
  | { readonly kind: 'lose'; readonly ppm: number }
  /** Frames in a million whose content arrives damaged. */
  | { readonly kind: 'corrupt'; readonly ppm: number };

export interface NetworkPorts {
  readonly kernel: Kernel;
  readonly random: RandomStreams;
  readonly options: NetworkOptions;
  /** Makes the damaged copy when a `corrupt` fault strikes. */
  readonly damage?: Damage;
  /** Hears, for each time that a fault struck, what it did. */
  readonly onStrike?: (what: string) => void;
}

/** Which side of a connection hears at once that it broke. */
export type ResetSide = 'both' | 'from' | 'to';

/** The network: hosts, connections between their processes, and what is wrong with the ways between them. */
export class Network {
  readonly #kernel: Kernel;
  readonly #random: RandomStreams;
  readonly #options: NetworkOptions;
  readonly #pipes: Pipes;
  readonly #handshake: Handshake;
  readonly #unreachable: EventKind;
  readonly #hosts = new Map<string, NetworkHost>();
  /** By sender's index, then receiver's. */
  readonly #paths: (Path | undefined)[][] = [];
  readonly #faults = new Map<NetworkFaultId, { readonly fault: NetworkFault; readonly paths: Path[] }>();
  #nextFault = 1;

  constructor(ports: NetworkPorts) {
    this.#kernel = ports.kernel;
    this.#random = ports.random;
    this.#options = ports.options;
    const onStrike = ports.onStrike ?? (() => {});
    this.#pipes = new Pipes(ports.kernel, ports.options, ports.damage ?? null, onStrike);
    this.#handshake = new Handshake(ports.kernel, ports.options, this.#pipes);
    this.#unreachable = ports.kernel.register<End>('unknown host', (end) =>
      this.#pipes.closeEnd(end, 'refused'),
    );
  }

  /** Adds a machine. Names are unique; the order of adding is part of the run's identity. */
  attach(name: string, location: Location, nic: Nic = UNLIMITED_NIC): NetworkHost {
    assert(!this.#hosts.has(name), () => `two hosts are called ${name}`);
    const random = this.#random.stream(`network/${name}`);
    const host = new NetworkHost(name, this.#hosts.size, location, nic, random);
    this.#hosts.set(name, host);
    this.#paths.push([]);
    return host;
  }

  host(name: string): NetworkHost {
    const host = this.#hosts.get(name);
    assert(host !== undefined, () => `no host is called ${name}`);
    return host;
  }

  /** Every host's name, in the order of adding. */
  names(): string[] {
    return [...this.#hosts.keys()];
  }

  listen(host: NetworkHost, port: number, owner: SocketOwner): void {
    host.listeners.set(port, owner);
  }

  /** Takes all of a process's listeners away; what is connected stays. */
  unlisten(host: NetworkHost, owner: SocketOwner): void {
    for (const [port, listener] of host.listeners) if (listener === owner) host.listeners.delete(port);
  }

  /** Starts connecting. `onConnected` or `onClosed` with this id follows, never within this call. */
  connect(host: NetworkHost, endpoint: Endpoint, owner: SocketOwner, id: ConnectionId): End {
    const end = new End(host, owner, id, this.#kernel.now);
    host.ends.add(end);
    const to = this.#hosts.get(endpoint.host);
    if (to === undefined) this.#kernel.schedule(this.#kernel.now, this.#unreachable, end);
    else this.#handshake.begin(end, to, endpoint, this.path(host, to), this.path(to, host));
    return end;
  }

  /** Hands a frame to the kernel of the sending machine. From an end that is not open it goes nowhere. */
  send(end: End, payload: unknown, size: number): void {
    if (end.state === 'open') this.#pipes.send(end.out!, SegmentKind.Data, payload, size);
  }

  /**
   * Closes in order: what was sent still arrives, then the peer sees 'closed'. The owner hears no more of it.
   */
  close(end: End): void {
    if (end.state === 'closed') return;
    const wasOpen = end.state === 'open';
    this.#pipes.closeEnd(end, null);
    if (wasOpen) this.#pipes.send(end.out!, SegmentKind.Finish, null, SIGNAL_BYTES);
  }

  /** The process exited: its listeners and connections are closed in order. */
  closeProcess(host: NetworkHost, owner: SocketOwner): void {
    this.unlisten(host, owner);
    for (const end of host.ends) if (end.owner === owner) this.close(end);
  }

  /** The process was killed: what it had not got out is dropped, and its peers are reset. */
  abortProcess(host: NetworkHost, owner: SocketOwner): void {
    this.unlisten(host, owner);
    for (const end of host.ends) if (end.owner === owner) this.#abort(end);
  }

  /** Breaks one connection from this side. */
  abort(end: End): void {
    if (end.state !== 'closed') this.#abort(end);
  }

  #abort(end: End): void {
    const wasOpen = end.state === 'open';
    this.#pipes.closeEnd(end, null);
    if (!wasOpen) return;
    this.#pipes.abandon(end.out!);
    this.#pipes.send(end.out!, SegmentKind.Reset, null, SIGNAL_BYTES);
  }

  /** The machine is gone without a word: peers keep half-open connections. */
  powerOff(host: NetworkHost): void {
    host.losePower(this.#kernel.now);
    this.#pipes.abandonVanished();
  }

  /** The machine is back and knows no connection of before: who still sends is reset. */
  powerOn(host: NetworkHost): void {
    host.powered = true;
    this.#pipes.recheck();
  }

  /** Puts a fault on every way from a host of one set to a different host of the other. */
  inject(from: readonly string[], to: readonly string[], fault: NetworkFault): NetworkFaultId {
    const paths: Path[] = [];
    for (const a of from) for (const b of to) if (a !== b) paths.push(this.path(this.host(a), this.host(b)));
    return this.#put(fault, paths);
  }

  /** The same on both ways between two sets. */
  injectBothWays(a: readonly string[], b: readonly string[], fault: NetworkFault): NetworkFaultId {
    const paths = new Set<Path>();
    for (const x of a) {
      for (const y of b) {
        if (x === y) continue;
        paths.add(this.path(this.host(x), this.host(y)));
        paths.add(this.path(this.host(y), this.host(x)));
      }
    }
    return this.#put(fault, [...paths]);
  }

  /** Takes a fault away. Other faults on the same ways stay. */
  heal(id: NetworkFaultId): void {
    const entry = this.#faults.get(id);
    if (entry === undefined) return;
    this.#faults.delete(id);
    for (const path of entry.paths) lift(path, entry.fault);
    const { kind } = entry.fault;
    if (kind === 'clog') this.#pipes.recheck(new Set(entry.paths));
    else if (kind === 'cut' || kind === 'mute') this.#pipes.recheck();
  }

  healAll(): void {
    for (const id of [...this.#faults.keys()]) this.heal(id);
  }

  /** How many faults are in force. */
  get faults(): number {
    return this.#faults.size;
  }

  /**
   * Fault without duration: every connection between the sets breaks. A side that is left out hears of it when it
   * speaks. Says how many.
   */
  reset(a: readonly string[], b: readonly string[], side: ResetSide = 'both'): number {
    let count = 0;
    for (const end of this.#between(a, b)) {
      // Where the sets overlap, the other end of it may have been reset already.
      if (end.state !== 'open') continue;
      count++;
      const peer = end.out!.to;
      if (side !== 'to') {
        this.#pipes.abandon(end.out!);
        this.#pipes.closeEnd(end, 'reset');
      }
      if (side === 'from') continue;
      this.#pipes.abandon(peer.out!);
      this.#pipes.closeEnd(peer, 'reset');
    }
    return count;
  }

  /**
   * Fault: the first set's side of every connection is gone, and what the other side says to it is swallowed. Answers
   * the heal: from then on who speaks is reset.
   */
  halfOpen(a: readonly string[], b: readonly string[]): () => void {
    const pipes: Pipe[] = [];
    for (const end of this.#between(a, b)) {
      if (end.state !== 'open') continue;
      const back = end.out!.to.out!;
      back.swallows = true;
      pipes.push(back);
      this.#pipes.abandon(end.out!);
      this.#pipes.closeEnd(end, 'reset');
    }
    return () => {
      for (const pipe of pipes) pipe.swallows = false;
      this.#pipes.recheck();
    };
  }

  /** The first set's ends of what is open between the two. */
  #between(a: readonly string[], b: readonly string[]): End[] {
    const peers = new Set(b);
    return a.flatMap((name) =>
      [...this.host(name).ends].filter((end) => end.state === 'open' && peers.has(end.peer ?? '')),
    );
  }

  path(from: NetworkHost, to: NetworkHost): Path {
    const row = this.#paths[from.index]!;
    const known = row[to.index];
    if (known !== undefined) return known;
    const distance = distanceBetween(from.name, from.location, to.name, to.location);
    const path = new Path(from, to, this.#options.links[distance]);
    while (row.length <= to.index) row.push(undefined);
    row[to.index] = path;
    return path;
  }

  #put(fault: NetworkFault, paths: Path[]): NetworkFaultId {
    for (const path of paths) lay(path, fault);
    const id = this.#nextFault++;
    this.#faults.set(id, { fault, paths });
    return id;
  }
}

function lay(path: Path, fault: NetworkFault): void {
  switch (fault.kind) {
    case 'cut':
    case 'clog':
      path.cuts++;
      return;
    case 'mute':
      path.mutes++;
      return;
    case 'tail':
      path.addTail(fault);
      return;
    case 'delay':
      path.addDelay(fault.extra);
      return;
    case 'limit':
      path.addLimit(fault.bytesPerSecond);
      return;
    case 'lose':
      path.addLoss(fault.ppm);
      return;
    case 'corrupt':
      path.corruptPpm += fault.ppm;
      return;
  }
}

function lift(path: Path, fault: NetworkFault): void {
  switch (fault.kind) {
    case 'cut':
    case 'clog':
      path.cuts--;
      return;
    case 'mute':
      path.mutes--;
      return;
    case 'tail':
      path.removeTail(fault);
      return;
    case 'delay':
      path.removeDelay(fault.extra);
      return;
    case 'limit':
      path.removeLimit(fault.bytesPerSecond);
      return;
    case 'lose':
      path.addLoss(-fault.ppm);
      return;
    case 'corrupt':
      path.corruptPpm -= fault.ppm;
      return;
  }
}

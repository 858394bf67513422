import type { CloseReason, ConnectionId, Endpoint, Frame, Ticket } from '../../engine/machine/index.ts';
import type { SimulatedDisk } from '../disk/index.ts';
import type { End, Network, NetworkHost, SocketOwner } from '../network/index.ts';
import { EffectKind } from './effects.ts';

/** What a connection still has to do, in order. */
export interface Outgoing {
  readonly kind: EffectKind;
  readonly frame: Frame | null;
  /** Zero: waits for no sync. */
  readonly ticket: Ticket;
  /** The work of its step is done. */
  released: boolean;
}

/** asked -> connecting -> open -> closed; an accepted one begins open. */
export type ConnectionState = 'asked' | 'connecting' | 'open' | 'closed';

/** One connection of one process. */
export class Connection {
  readonly id: ConnectionId;
  /** Null for an accepted one. */
  readonly endpoint: Endpoint | null;
  state: ConnectionState = 'asked';
  end: End | null = null;
  /** The machine closed it: nothing that comes in on it matters any more. */
  ignored = false;
  /** Not sent yet, oldest first: the first holds back the rest. */
  outgoing: Outgoing[] = [];
  /** The sync that the first one waits for. */
  waitsFor: Ticket = 0;

  constructor(id: ConnectionId, endpoint: Endpoint | null) {
    this.id = id;
    this.endpoint = endpoint;
  }

  get peer(): string {
    return this.end?.peer ?? this.endpoint?.host ?? '?';
  }
}

export interface SocketsPorts {
  readonly network: Network;
  readonly host: NetworkHost;
  readonly disk: SimulatedDisk;
  readonly owner: SocketOwner;
  /** Puts a frame on the wire. */
  readonly transmit: (connection: Connection, frame: Frame) => void;
  /** A connection broke because a sync failed that something on it had waited for. */
  readonly onBroken: (connection: Connection, reason: CloseReason) => void;
}

/**
 * The connections of one process and what waits to go out on each. Frames of a connection leave in the order
 * in which they were sent: one that waits for its step's work, for a sync or for the connection itself holds
 * back those behind it. A frame whose sync failed promised what does not hold: it is never sent, and its
 * connection is reset.
 */
export class Sockets {
  readonly #ports: SocketsPorts;
  readonly #connections = new Map<ConnectionId, Connection>();
  /** Closed by the machine, with something still to go out first. */
  readonly #closing = new Map<ConnectionId, Connection>();
  readonly #waiting = new Map<Ticket, Connection[]>();
  readonly #failed = new Set<Ticket>();
  #nextId: ConnectionId = 1;
  /** The process is stopped: nothing leaves it. */
  held = false;

  constructor(ports: SocketsPorts) {
    this.#ports = ports;
  }

  /** What the machine calls by this id; one that it closed it has forgotten. */
  get(id: ConnectionId): Connection | undefined {
    return this.#connections.get(id);
  }

  /** What the network calls by this id: also one that is closed when its frames are out. */
  find(id: ConnectionId): Connection | undefined {
    return this.#connections.get(id) ?? this.#closing.get(id);
  }

  get size(): number {
    return this.#connections.size;
  }

  ask(endpoint: Endpoint): Connection {
    return this.#add(new Connection(this.#nextId++, endpoint));
  }

  accept(end: End): Connection {
    const connection = this.#add(new Connection(this.#nextId++, null));
    connection.end = end;
    connection.state = 'open';
    return connection;
  }

  /** The machine closes it: for the machine it is gone from now on. */
  forget(connection: Connection): void {
    connection.ignored = true;
    this.#connections.delete(connection.id);
    this.#closing.set(connection.id, connection);
  }

  /** The machine has been told that it is closed. */
  drop(connection: Connection): void {
    this.#connections.delete(connection.id);
  }

  /** An effect whose work is done already. */
  apply(connection: Connection, kind: EffectKind, frame: Frame | null, ticket: Ticket): void {
    const mayPass = connection.outgoing.length === 0 && connection.state === 'open' && !this.held;
    if (kind === EffectKind.Send && mayPass && (ticket === 0 || this.#isSynced(ticket))) {
      this.#ports.transmit(connection, frame!);
      return;
    }
    this.queue(connection, kind, frame, ticket, true);
    this.flush(connection);
  }

  /** Takes a place in the connection's order; `flush` it when `released` is set. */
  queue(
    connection: Connection,
    kind: EffectKind,
    frame: Frame | null,
    ticket: Ticket,
    released: boolean,
  ): Outgoing {
    const outgoing: Outgoing = { kind, frame, ticket, released };
    connection.outgoing.push(outgoing);
    return outgoing;
  }

  /** Lets out what may leave. */
  flush(connection: Connection): void {
    const { outgoing } = connection;
    while (outgoing.length > 0 && !this.held) {
      const next = outgoing[0]!;
      if (!next.released || !this.#mayLeave(connection, next)) return;
      outgoing.shift();
      this.#perform(connection, next);
    }
  }

  flushAll(): void {
    for (const connection of [...this.#connections.values(), ...this.#closing.values()])
      this.flush(connection);
  }

  onOpened(connection: Connection): void {
    connection.state = 'open';
    this.flush(connection);
  }

  /** The network says that it ended. */
  onEnded(connection: Connection): void {
    connection.state = 'closed';
    connection.outgoing.length = 0;
    this.#closing.delete(connection.id);
  }

  onSynced(ticket: Ticket, failed: boolean): void {
    if (failed) this.#failed.add(ticket);
    const waiting = this.#waiting.get(ticket);
    if (waiting === undefined) return;
    this.#waiting.delete(ticket);
    for (const connection of waiting) {
      connection.waitsFor = 0;
      this.flush(connection);
    }
  }

  /** The process is gone: nothing leaves any more. */
  clear(): void {
    this.held = true;
    this.#connections.clear();
    this.#closing.clear();
    this.#waiting.clear();
    this.#failed.clear();
  }

  #mayLeave(connection: Connection, next: Outgoing): boolean {
    if (next.kind === EffectKind.Send && connection.state !== 'open') return connection.state === 'closed';
    const { ticket } = next;
    if (ticket === 0 || this.#isSynced(ticket)) return true;
    if (this.#failed.has(ticket)) {
      this.#break(connection);
      return false;
    }
    if (connection.waitsFor !== ticket) {
      connection.waitsFor = ticket;
      const waiting = this.#waiting.get(ticket);
      if (waiting === undefined) this.#waiting.set(ticket, [connection]);
      else waiting.push(connection);
    }
    return false;
  }

  #isSynced(ticket: Ticket): boolean {
    return !this.#ports.disk.isPending(ticket) && !this.#failed.has(ticket);
  }

  #perform(connection: Connection, next: Outgoing): void {
    const { network, host, owner } = this.#ports;
    switch (next.kind) {
      case EffectKind.Connect:
        connection.state = 'connecting';
        connection.end = network.connect(host, connection.endpoint!, owner, connection.id);
        break;
      case EffectKind.Send:
        if (connection.state === 'open') this.#ports.transmit(connection, next.frame!);
        break;
      case EffectKind.Close:
        if (connection.end !== null) network.close(connection.end);
        this.onEnded(connection);
        break;
    }
  }

  #break(connection: Connection): void {
    if (connection.end !== null) this.#ports.network.abort(connection.end);
    this.onEnded(connection);
    if (!connection.ignored) this.#ports.onBroken(connection, 'reset');
  }

  #add(connection: Connection): Connection {
    this.#connections.set(connection.id, connection);
    return connection;
  }
}

import type { CloseReason, ConnectionId, Us } from '../../engine/machine/index.ts';
import type { RandomStream } from '../random/index.ts';
import type { End } from './connection.ts';
import type { Location, Nic } from './options.ts';
import { picosecondsPerByte } from './path.ts';

/**
 * Who owns sockets: a process. Ids are the owner's; it gives them at `connect` and in the answer of
 * `onAccepted`.
 */
export interface SocketOwner {
  onConnected(connection: ConnectionId): void;
  /** A peer connected to a port that this owner listens on. Answers the id it gives the connection. */
  onAccepted(end: End, port: number): ConnectionId;
  /** The connection ended by no doing of the owner. */
  onClosed(connection: ConnectionId, reason: CloseReason): void;
  onFrame(connection: ConnectionId, payload: unknown, size: number): void;
}

/** A machine on the network: its card, its listeners, its ends of connections. */
export class NetworkHost {
  readonly name: string;
  readonly index: number;
  readonly location: Location;
  readonly random: RandomStream;
  /** False: switched off or unplugged. Nothing answers, not even with a reset. */
  powered = true;
  /** Counts power losses. */
  powerCycle = 0;
  powerLostAt: Us = -1;
  bytesSent = 0;
  bytesReceived = 0;
  readonly listeners = new Map<number, SocketOwner>();
  /** In the order of opening. */
  readonly ends = new Set<End>();

  readonly #outPrice: number;
  readonly #inPrice: number;
  #outFreeNs = 0;
  #inFreeNs = 0;

  constructor(name: string, index: number, location: Location, nic: Nic, random: RandomStream) {
    this.name = name;
    this.index = index;
    this.location = location;
    this.random = random;
    this.#outPrice = picosecondsPerByte(nic.outBytesPerSecond);
    this.#inPrice = picosecondsPerByte(nic.inBytesPerSecond);
  }

  /** Queues a frame on the card; says when its last byte has left. */
  transmit(now: Us, size: number): Us {
    if (this.#outPrice === 0) return now;
    const start = Math.max(now * 1_000, this.#outFreeNs);
    this.#outFreeNs = start + Math.floor((size * this.#outPrice) / 1_000);
    return Math.ceil(this.#outFreeNs / 1_000);
  }

  /**
   * A frame whose last byte reaches the card now; says when the card has handed it on. The card takes it in
   * while it arrives (no second charge) unless it is busy with others or slower than the sender's.
   */
  receive(now: Us, size: number, senderOutPrice: number): Us {
    if (this.#inPrice === 0) return now;
    const start = Math.max(now * 1_000 - Math.floor((size * senderOutPrice) / 1_000), this.#inFreeNs);
    const end = start + Math.floor((size * this.#inPrice) / 1_000);
    this.#inFreeNs = end;
    return Math.max(now, Math.ceil(end / 1_000));
  }

  get outPrice(): number {
    return this.#outPrice;
  }

  /** All that the machine's kernel knew is gone: listeners, ends, what the card had queued. */
  losePower(now: Us): void {
    this.powered = false;
    this.powerCycle++;
    this.powerLostAt = now;
    for (const end of this.ends) end.state = 'closed';
    this.ends.clear();
    this.listeners.clear();
    this.#outFreeNs = 0;
    this.#inFreeNs = 0;
  }
}

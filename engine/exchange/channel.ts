import type { ConnectionId, Us } from '../machine/index.ts';
import type { ApiVersionRanges } from './api-version-ranges.ts';

/** A request on its way: queued, in flight, or waiting for a controller. */
export interface Call {
  readonly owner: number;
  readonly token: number;
  readonly apiKey: number;
  readonly body: object;
  readonly timeoutUs: Us;
  /** When it was asked for: a queued call expires `timeoutUs` after this. */
  readonly createdAt: Us;
  /** Meant for whoever is the active controller: it survives a disconnect until it expires. */
  readonly toController: boolean;
  /** Set when sent. */
  apiVersion: number;
  correlationId: number;
  /** In flight: when the connection is given up over it. */
  deadline: Us;
}

export type ChannelState = 'disconnected' | 'connecting' | 'handshaking' | 'ready';

/**
 * One owner's way to one node. Every component has its own, as each of Kafka's has its own `NetworkClient`: a server
 * works on one request of a connection at a time, so a long-polling fetch would hold up a heartbeat behind it.
 */
export class Channel {
  readonly node: number;
  readonly owner: number;
  /** The argument of its timer. */
  readonly slot: number;
  state: ChannelState = 'disconnected';
  /** Meaningful unless disconnected. */
  connection: ConnectionId = -1;
  /** What the peer supports; null before a handshake or without one. */
  versions: ApiVersionRanges | null = null;
  /** Oldest first: responses come back in this order. */
  readonly inFlight: Call[] = [];
  /** Oldest first, none sent. */
  readonly queue: Call[] = [];
  /** Someone asked for this connection without having a request yet. */
  wanted = false;
  lastAttemptAt: Us = 0;
  /** No attempt before this. */
  nextAttemptAt: Us = 0;
  /** Disconnects since it was last ready; drives the reconnect backoff. */
  failures = 0;
  /** Attempts in a row that did not even connect; drives the setup time-out. */
  failedSetups = 0;
  setupDeadline: Us = 0;
  throttledUntil: Us = 0;
  lastUsedAt: Us = 0;
  /** When its timer is armed for, or -1. */
  timerAt: Us = -1;

  constructor(node: number, owner: number, slot: number) {
    this.node = node;
    this.owner = owner;
    this.slot = slot;
  }
}

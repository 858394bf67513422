import type { ConnectionId, Us } from '../machine/index.ts';
import type { ApiVersionRanges } from './api-version-ranges.ts';
import { type Call, earliestExpiry, NEVER } from './call.ts';

export type ChannelState = 'disconnected' | 'connecting' | 'handshaking' | 'ready';

/** What others may see of a channel. */
export interface ChannelView {
  readonly node: number;
  readonly state: ChannelState;
  readonly inFlight: { readonly length: number };
  readonly lastAttemptAt: Us;
  /** No attempt to connect before this. */
  readonly nextAttemptAt: Us;
  readonly throttledUntil: Us;
}

/**
 * One owner's way to one node. Every component has its own, as each of Kafka's has its own `NetworkClient`: a
 * server works on one request of a connection at a time, so a long-polling fetch would hold up a heartbeat
 * behind it.
 */
export class Channel implements ChannelView {
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
  lastAttemptAt: Us = 0;
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

/** When the first request in flight runs out of time. */
export function oldestDeadline(channel: Channel): Us {
  let at = NEVER;
  for (const call of channel.inFlight) {
    if (call.deadline < at) at = call.deadline;
  }
  return at;
}

/** The earliest time at which a channel needs attention without an input. */
export function nextDue(channel: Channel, maxIdleUs: Us): Us {
  const waiting = channel.queue.length > 0;
  const at = waiting ? earliestExpiry(channel.queue) : NEVER;
  switch (channel.state) {
    case 'disconnected':
      return waiting ? Math.min(at, channel.nextAttemptAt) : at;
    case 'connecting':
      return Math.min(at, channel.setupDeadline);
    case 'handshaking':
      return Math.min(at, oldestDeadline(channel));
    case 'ready': {
      const due = Math.min(at, oldestDeadline(channel));
      if (waiting && channel.throttledUntil > 0) return Math.min(due, channel.throttledUntil);
      return maxIdleUs > 0 ? Math.min(due, channel.lastUsedAt + maxIdleUs) : due;
    }
  }
}

export function isIdle(channel: Channel, maxIdleUs: Us, now: Us): boolean {
  return maxIdleUs > 0 && channel.inFlight.length === 0 && now - channel.lastUsedAt >= maxIdleUs;
}

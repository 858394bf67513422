import type { Us } from '../machine/index.ts';
import { NEVER } from './raft-timer.ts';

interface Peer {
  state: 'ready' | 'awaiting response' | 'backing off';
  sentAt: Us;
  failedAt: Us;
  token: number;
  apiKey: number;
}

/** A request whose reply has come. */
export interface Expected {
  readonly node: number;
  readonly apiKey: number;
}

/**
 * One request in flight per node, a pause after a failure, and a deadline of its own (`RequestManager`). A change of
 * role forgets everything: replies to what was asked before are then no longer expected.
 */
export class RequestPacing {
  readonly #peers = new Map<number, Peer>();
  readonly #retryBackoffUs: Us;
  readonly #requestTimeoutUs: Us;
  #nextToken = 1;

  constructor(retryBackoffUs: Us, requestTimeoutUs: Us) {
    this.#retryBackoffUs = retryBackoffUs;
    this.#requestTimeoutUs = requestTimeoutUs;
  }

  isReady(node: number, now: Us): boolean {
    const peer = this.#peers.get(node);
    if (peer === undefined) return true;
    if (peer.state === 'awaiting response' && now >= peer.sentAt + this.#requestTimeoutUs)
      peer.state = 'ready';
    else if (peer.state === 'backing off' && now >= peer.failedAt + this.#retryBackoffUs)
      peer.state = 'ready';
    return peer.state === 'ready';
  }

  isBackingOff(node: number, now: Us): boolean {
    const peer = this.#peers.get(node);
    return peer?.state === 'backing off' && now < peer.failedAt + this.#retryBackoffUs;
  }

  hasTimedOut(node: number, now: Us): boolean {
    const peer = this.#peers.get(node);
    return peer?.state === 'awaiting response' && now >= peer.sentAt + this.#requestTimeoutUs;
  }

  hasAnyInFlight(now: Us): boolean {
    for (const peer of this.#peers.values()) {
      if (peer.state === 'awaiting response' && now < peer.sentAt + this.#requestTimeoutUs) return true;
    }
    return false;
  }

  /** When to look at this node again: its request's deadline, the end of its pause, or never. */
  deadline(node: number, now: Us): Us {
    const peer = this.#peers.get(node);
    if (peer === undefined || this.isReady(node, now)) return NEVER;
    return peer.state === 'backing off'
      ? peer.failedAt + this.#retryBackoffUs
      : peer.sentAt + this.#requestTimeoutUs;
  }

  /** The earliest deadline of any node. */
  earliestDeadline(now: Us): Us {
    let earliest = NEVER;
    for (const node of this.#peers.keys()) {
      const deadline = this.deadline(node, now);
      if (deadline < earliest) earliest = deadline;
    }
    return earliest;
  }

  /** Notes a request on its way; the answer is its token. */
  sent(node: number, apiKey: number, now: Us): number {
    const token = this.#nextToken++;
    const peer = this.#peers.get(node);
    if (peer === undefined) {
      this.#peers.set(node, { state: 'awaiting response', sentAt: now, failedAt: 0, token, apiKey });
    } else {
      peer.state = 'awaiting response';
      peer.sentAt = now;
      peer.token = token;
      peer.apiKey = apiKey;
    }
    return token;
  }

  /** The node whose reply this is, or null when nobody waits for it any more. */
  expects(token: number): Expected | null {
    for (const [node, peer] of this.#peers) {
      if (peer.token === token) return { node, apiKey: peer.apiKey };
    }
    return null;
  }

  /** The reply has been handled. A failure makes the node wait before it is asked again. */
  settled(node: number, token: number, success: boolean, now: Us): void {
    const peer = this.#peers.get(node);
    if (peer === undefined || peer.token !== token) return;
    peer.token = 0;
    peer.state = success ? 'ready' : 'backing off';
    if (!success) peer.failedAt = now;
  }

  reset(node: number): void {
    this.#peers.delete(node);
  }

  resetAll(): void {
    this.#peers.clear();
  }
}

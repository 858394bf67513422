import type { CloseReason, Us } from '../../engine/machine/index.ts';
import type { EventKind, Kernel } from '../kernel/index.ts';
import type { RandomStream } from '../random/index.ts';
import { type End, type Pipe, type Segment, SegmentKind } from './connection.ts';
import type { NetworkOptions } from './options.ts';
import { MILLION, type Path } from './path.ts';

/** What TCP's own signals weigh: a header. */
export const SIGNAL_BYTES = 60;

/** Makes a damaged copy of a payload that arrives corrupted. */
export type Damage = (payload: unknown, random: RandomStream) => unknown;

/**
 * Carries segments through pipes as TCP does. Whether a segment gets through is judged when it arrives: a cut
 * way or a machine without power holds it, and everything behind it, until the sender's kernel repeats it.
 *
 *   sent -> (card, latency, loss as delay) -> arrives -> delivered
 *                                                |  cut, or nobody there
 *                                                v
 *                                              held -> (healed, next time-out) -> sent again
 *                                                |  longer than the user time-out
 *                                                v
 *                                              'timed out'
 */
export class Pipes {
  readonly #kernel: Kernel;
  readonly #options: NetworkOptions;
  readonly #damage: Damage | null;
  readonly #onStrike: (what: string) => void;
  #troubled: Pipe[] = [];

  readonly #arrives: EventKind;
  readonly #delivers: EventKind;
  readonly #repeats: EventKind;
  readonly #expires: EventKind;
  readonly #rejects: EventKind;

  constructor(
    kernel: Kernel,
    options: NetworkOptions,
    damage: Damage | null,
    onStrike: (what: string) => void,
  ) {
    this.#kernel = kernel;
    this.#options = options;
    this.#damage = damage;
    this.#onStrike = onStrike;
    this.#arrives = kernel.register<Segment>('segment arrives', (segment) => this.#onArrival(segment));
    this.#delivers = kernel.register<Segment>('segment delivered', (segment) => this.#deliver(segment));
    this.#repeats = kernel.register<Pipe>('retransmission', (pipe) => this.#onRepeat(pipe));
    this.#expires = kernel.register<Pipe>('user time-out', (pipe) => this.#onExpiry(pipe));
    this.#rejects = kernel.register<Pipe>('reset arrives', (pipe) => this.#onRejected(pipe));
  }

  send(pipe: Pipe, kind: SegmentKind, payload: unknown, size: number): void {
    const segment: Segment = { pipe, kind, payload, size, seq: pipe.nextSeq++, departs: 0 };
    // Behind something that waits to be repeated, it waits too.
    if (pipe.held.length > 0) this.#hold(segment);
    else this.#transmit(segment);
  }

  /** The end is gone for its owner; `reason` tells it, null when it knows. */
  closeEnd(end: End, reason: CloseReason | null): void {
    if (end.state === 'closed') return;
    end.state = 'closed';
    end.host.ends.delete(end);
    const owner = end.owner;
    end.owner = null;
    if (reason !== null && owner !== null) owner.onClosed(end.id, reason);
  }

  /** The sender's kernel forgets what it wanted to repeat, for good. */
  abandon(pipe: Pipe): void {
    pipe.aborted = true;
    pipe.held = [];
    this.#settle(pipe);
  }

  /**
   * A way was healed or a machine is back: whatever can get through now is repeated at its next time-out; on ways that
   * were jammed it goes on at once.
   */
  recheck(jammed?: ReadonlySet<Path>): void {
    for (const pipe of this.#troubled) {
      if (pipe.waitingSince < 0 || isBlocked(pipe) || pipe.path.mutes > 0) continue;
      if (pipe.held.length === 0) {
        if (pipe.back.cuts === 0) this.#settle(pipe);
      } else if (!pipe.retransmitting && (pipe.back.cuts === 0 || pipe.unacknowledgedBytes === 0)) {
        pipe.retransmitting = true;
        const isJam = jammed?.has(pipe.path) === true;
        if (isJam) this.#onStrike('network: jam released');
        const at = isJam ? Math.max(this.#kernel.now, pipe.lastArrival) : this.#nextRepeat(pipe);
        this.#kernel.schedule(at, this.#repeats, pipe);
      }
    }
    this.#forgetSettled();
  }

  /** A machine lost power: its kernel repeats nothing more. */
  abandonVanished(): void {
    for (const pipe of this.#troubled) if (pipe.from.vanished) this.abandon(pipe);
    this.#forgetSettled();
  }

  #transmit(segment: Segment): void {
    const { pipe, size } = segment;
    const host = pipe.from.host;
    const now = this.#kernel.now;
    const left = host.transmit(now, size);
    segment.departs = left;
    host.bytesSent += size;
    const lossUs = pipe.path.lossPpm === 0 ? 0 : this.#lossDelay(pipe.path, size, host.random);
    if (lossUs < 0) {
      this.#hold(segment);
      return;
    }
    const arrival = pipe.path.throttle(left, size) + pipe.path.latency(host.random) + lossUs;
    if (arrival > pipe.lastArrival) pipe.lastArrival = arrival;
    this.#kernel.schedule(pipe.lastArrival, this.#arrives, segment);
  }

  /**
   * How long TCP takes over packets that got lost: a round trip when enough follow to tell (fast retransmit),
   * a doubling time-out otherwise. -1 when it would give up first.
   */
  #lossDelay(path: Path, size: number, random: RandomStream): Us {
    const options = this.#options;
    const packets = Math.ceil(size / options.packetBytes);
    if (!random.chance(Math.min(path.lossPpm * packets, MILLION - 1), MILLION)) return 0;
    let timeout = options.retransmitUsFirst;
    let us = packets > 3 ? 2 * path.floorUs : timeout;
    while (random.chance(path.lossPpm, MILLION)) {
      timeout = Math.min(timeout * 2, options.retransmitUsMax);
      us += timeout;
      if (us >= options.userTimeoutUs) return -1;
    }
    return us;
  }

  #onArrival(segment: Segment): void {
    const { pipe, size } = segment;
    const from = pipe.from;
    // It was still queued on the card when the power went.
    if (from.vanished && segment.departs > from.host.powerLostAt) return;
    if (pipe.held.length > 0 || isBlocked(pipe) || isMuted(segment)) {
      if (pipe.swallows) this.#onStrike('network: spoke to a half-open peer');
      this.#hold(segment);
      return;
    }
    if (pipe.back.cuts > 0 && !this.#fitsWindow(segment)) {
      this.#hold(segment);
      return;
    }
    const now = this.#kernel.now;
    const host = pipe.to.host;
    const handedOn = host.receive(now, size, from.host.outPrice);
    if (handedOn > now) this.#kernel.schedule(handedOn, this.#delivers, segment);
    else this.#deliver(segment);
  }

  #deliver(segment: Segment): void {
    const { pipe, kind } = segment;
    const end = pipe.to;
    const host = end.host;
    if (!host.powered) {
      this.#hold(segment);
      return;
    }
    host.bytesReceived += segment.size;
    if (kind === SegmentKind.Accept) {
      this.#accept(segment);
      return;
    }
    if (end.state !== 'open' || end.vanished) {
      if (kind !== SegmentKind.Reset) this.#reject(pipe);
      return;
    }
    switch (kind) {
      case SegmentKind.Data:
        end.owner!.onFrame(end.id, this.#contentOf(segment), segment.size);
        return;
      case SegmentKind.Finish:
        this.closeEnd(end, 'closed');
        return;
      case SegmentKind.Reset:
        this.#break(end, 'reset');
        return;
    }
  }

  /** The handshake's last packet: only now does the listener's process see the connection. */
  #accept(segment: Segment): void {
    const end = segment.pipe.to;
    const port = segment.payload as number;
    const owner = end.host.listeners.get(port);
    if (owner === undefined || end.vanished || end.state !== 'connecting') {
      this.#reject(segment.pipe);
      return;
    }
    end.state = 'open';
    end.owner = owner;
    end.host.ends.add(end);
    end.id = owner.onAccepted(end, port);
  }

  #contentOf(segment: Segment): unknown {
    const { path } = segment.pipe;
    if (path.corruptPpm === 0 || this.#damage === null) return segment.payload;
    const random = path.from.random;
    if (!random.chance(path.corruptPpm, MILLION)) return segment.payload;
    const damaged = this.#damage(segment.payload, random);
    if (damaged !== segment.payload) this.#onStrike('network: frame damaged');
    return damaged;
  }

  /** Somebody spoke to an end that is not there: the machine answers with a reset. */
  #reject(pipe: Pipe): void {
    const at = this.#kernel.now + pipe.back.latency(pipe.to.host.random);
    // Not ahead of what the vanished side had sent before.
    this.#kernel.schedule(Math.max(at, pipe.to.out!.lastArrival), this.#rejects, pipe);
  }

  #onRejected(pipe: Pipe): void {
    if (pipe.back.cuts > 0 || pipe.from.vanished) return;
    this.#break(pipe.from, 'reset');
  }

  #break(end: End, reason: CloseReason): void {
    if (end.out !== null) this.abandon(end.out);
    this.closeEnd(end, reason);
  }

  #hold(segment: Segment): void {
    const pipe = segment.pipe;
    const from = pipe.from;
    // A reset is not repeated, nor anything from a killed process or from a machine that lost power.
    if (segment.kind === SegmentKind.Reset || pipe.aborted || from.vanished) return;
    const held = pipe.held;
    let at = held.length;
    while (at > 0 && held[at - 1]!.seq > segment.seq) at--;
    held.splice(at, 0, segment);
    this.#await(pipe, segment.departs === 0 ? this.#kernel.now : segment.departs);
  }

  #fitsWindow(segment: Segment): boolean {
    const pipe = segment.pipe;
    if (pipe.unacknowledgedBytes + segment.size > this.#options.windowBytes && pipe.unacknowledgedBytes > 0)
      return false;
    pipe.unacknowledgedBytes += segment.size;
    this.#await(pipe, segment.departs);
    return true;
  }

  #await(pipe: Pipe, since: Us): void {
    if (pipe.waitingSince >= 0) return;
    pipe.waitingSince = since;
    const expires = Math.max(this.#kernel.now, since + this.#options.userTimeoutUs);
    pipe.userTimeout = this.#kernel.schedule(expires, this.#expires, pipe);
    if (!pipe.troubled) this.#troubled.push(pipe);
    pipe.troubled = true;
  }

  #settle(pipe: Pipe): void {
    pipe.waitingSince = -1;
    pipe.unacknowledgedBytes = 0;
    this.#kernel.cancel(pipe.userTimeout);
    pipe.userTimeout = 0;
  }

  #onExpiry(pipe: Pipe): void {
    pipe.userTimeout = 0;
    this.abandon(pipe);
    this.#forgetSettled();
    this.closeEnd(pipe.from, 'timed out');
  }

  #onRepeat(pipe: Pipe): void {
    pipe.retransmitting = false;
    if (isBlocked(pipe)) return;
    const held = pipe.held;
    pipe.held = [];
    this.#settle(pipe);
    for (const segment of held) this.#transmit(segment);
    this.#forgetSettled();
  }

  /**
   * The next of the doubling time-outs since it first went unanswered, and not before all that is on its way
   * landed.
   */
  #nextRepeat(pipe: Pipe): Us {
    const now = this.#kernel.now;
    let at = pipe.waitingSince;
    let timeout = this.#options.retransmitUsFirst;
    do {
      at += timeout;
      timeout = Math.min(timeout * 2, this.#options.retransmitUsMax);
    } while (at < now);
    return Math.max(at, pipe.lastArrival);
  }

  #forgetSettled(): void {
    let kept = 0;
    const troubled = this.#troubled;
    for (const pipe of troubled) {
      if (pipe.waitingSince >= 0) troubled[kept++] = pipe;
      else pipe.troubled = false;
    }
    troubled.length = kept;
  }
}

function isBlocked(pipe: Pipe): boolean {
  return pipe.path.cuts > 0 || pipe.swallows || !pipe.to.host.powered;
}

function isMuted({ pipe, kind }: Segment): boolean {
  return pipe.path.mutes > 0 && kind === SegmentKind.Data;
}

import { assert, type Us } from '../machine/index.ts';
import type { ClusterImage } from '../metadata/index.ts';

/** What a broker may be in the eyes of the active controller (`BrokerControlState`). */
export type BrokerControlState = 'FENCED' | 'UNFENCED' | 'CONTROLLED_SHUTDOWN' | 'SHUTDOWN_NOW';

interface BrokerSoftState {
  fenced: boolean;
  /** What it last reported; -1 when unknown. */
  metadataOffset: number;
  /** Others must have seen the log up to here before it may go; -1 when it is not shutting down. */
  controlledShutdownOffset: number;
}

interface Session {
  readonly epoch: number;
  readonly contactUs: Us;
}

/** What a broker asks for in a heartbeat. */
export interface HeartbeatWish {
  readonly wantFence: boolean;
  readonly wantShutDown: boolean;
  readonly currentMetadataOffset: number;
}

export interface ExpiredBroker {
  readonly id: number;
  readonly epoch: number;
}

/** A broker that new replicas can be placed on. */
export interface UsableBroker {
  readonly id: number;
  readonly rack: string | null;
  readonly fenced: boolean;
}

/**
 * What the active controller knows about brokers and the log does not: when each was heard of, and how far it has
 * read. It begins empty with every new active controller, which thus may take up to a session longer to fence a dead
 * broker (`BrokerHeartbeatManager`, `BrokerHeartbeatTracker`).
 */
export class BrokerHeartbeats {
  readonly #sessionTimeoutUs: Us;
  readonly #brokers = new Map<number, BrokerSoftState>();
  readonly #sessions = new Map<number, Session>();

  /** Unfenced brokers are given a whole session, as if they had just been heard of. */
  constructor(now: Us, sessionTimeoutUs: Us, image: ClusterImage) {
    this.#sessionTimeoutUs = sessionTimeoutUs;
    for (const id of image.brokerIds()) {
      const broker = image.broker(id);
      if (broker === undefined) continue;
      this.register(id, broker.fenced);
      if (!broker.fenced) this.#sessions.set(id, { epoch: broker.epoch, contactUs: now });
    }
  }

  /** A heartbeat arrived. One of an epoch that is not the broker's current one keeps nobody alive. */
  track(now: Us, id: number, epoch: number, image: ClusterImage): void {
    if (image.broker(id)?.epoch === epoch) this.#sessions.set(id, { epoch, contactUs: now });
  }

  hasValidSession(now: Us, id: number, epoch: number): boolean {
    const session = this.#sessions.get(id);
    return session !== undefined && session.epoch === epoch && !this.#isExpired(session, now);
  }

  /**
   * Takes the session of one broker that was not heard of in time, the lowest id first. One at a time, so that the
   * effect of fencing it is seen before the next is looked at (KAFKA-13173).
   */
  takeExpired(now: Us): ExpiredBroker | null {
    let expired = -1;
    for (const [id, session] of this.#sessions) {
      if (this.#isExpired(session, now) && (expired < 0 || id < expired)) expired = id;
    }
    const session = this.#sessions.get(expired);
    if (session === undefined) return null;
    this.#sessions.delete(expired);
    return { id: expired, epoch: session.epoch };
  }

  /**
   * A registration was made or changed. What the broker reported is forgotten unless its fencing changed, as in Kafka.
   */
  register(id: number, fenced: boolean): void {
    const broker = this.#brokers.get(id);
    if (broker === undefined) {
      this.#brokers.set(id, { fenced, metadataOffset: -1, controlledShutdownOffset: -1 });
      return;
    }
    this.touch(id, fenced, broker.fenced === fenced ? -1 : broker.metadataOffset);
  }

  remove(id: number): void {
    this.#brokers.delete(id);
  }

  fence(id: number): void {
    const broker = this.#brokers.get(id);
    if (broker !== undefined) broker.fenced = true;
  }

  touch(id: number, fenced: boolean, metadataOffset: number): void {
    const broker = this.#known(id);
    broker.fenced = fenced;
    broker.metadataOffset = metadataOffset;
    // A fenced broker has left its controlled shutdown: its next heartbeat shuts it down at once.
    if (fenced) broker.controlledShutdownOffset = -1;
  }

  /** The broker may go once all active ones have read this far. Asked again, the first answer stands. */
  enterControlledShutdown(id: number, offset: number): void {
    const broker = this.#known(id);
    assert(!broker.fenced, 'a fenced broker cannot enter controlled shutdown');
    if (broker.controlledShutdownOffset < 0) broker.controlledShutdownOffset = offset;
  }

  /** How far the slowest active broker has read; Infinity when none is active. */
  lowestActiveOffset(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const broker of this.#brokers.values()) {
      if (broker.fenced || broker.controlledShutdownOffset >= 0) continue;
      lowest = Math.min(lowest, broker.metadataOffset);
    }
    return lowest;
  }

  state(id: number): BrokerControlState {
    const broker = this.#known(id);
    if (broker.controlledShutdownOffset >= 0) return 'CONTROLLED_SHUTDOWN';
    return broker.fenced ? 'FENCED' : 'UNFENCED';
  }

  /**
   * Where a heartbeat takes the broker (`calculateNextBrokerState`):
   *
   *     FENCED               wantShutDown                      -> SHUTDOWN_NOW
   *                          !wantFence, read its registration -> UNFENCED
   *     UNFENCED             wantFence, wantShutDown           -> SHUTDOWN_NOW
   *                          wantFence                         -> FENCED
   *                          wantShutDown, leads partitions    -> CONTROLLED_SHUTDOWN
   *                          wantShutDown, leads none          -> SHUTDOWN_NOW
   *     CONTROLLED_SHUTDOWN  leads none, all others have read  -> SHUTDOWN_NOW
   */
  nextState(
    id: number,
    wish: HeartbeatWish,
    registrationOffset: number,
    leads: () => boolean,
  ): BrokerControlState {
    const current = this.state(id);
    switch (current) {
      case 'FENCED':
        if (wish.wantShutDown) return 'SHUTDOWN_NOW';
        return !wish.wantFence && wish.currentMetadataOffset >= registrationOffset ? 'UNFENCED' : 'FENCED';
      case 'UNFENCED':
        if (wish.wantFence) return wish.wantShutDown ? 'SHUTDOWN_NOW' : 'FENCED';
        if (!wish.wantShutDown) return 'UNFENCED';
        return leads() ? 'CONTROLLED_SHUTDOWN' : 'SHUTDOWN_NOW';
      case 'CONTROLLED_SHUTDOWN':
        if (leads()) return 'CONTROLLED_SHUTDOWN';
        return this.#known(id).controlledShutdownOffset <= this.lowestActiveOffset()
          ? 'SHUTDOWN_NOW'
          : 'CONTROLLED_SHUTDOWN';
      case 'SHUTDOWN_NOW':
        return current;
    }
  }

  /** Brokers that may take new replicas, by id: not shutting down, and with a directory that is not cordoned. */
  usableBrokers(image: ClusterImage, canTake: (id: number) => boolean): UsableBroker[] {
    const usable: UsableBroker[] = [];
    for (const id of image.brokerIds()) {
      const broker = this.#brokers.get(id);
      if (broker === undefined || broker.controlledShutdownOffset >= 0 || !canTake(id)) continue;
      usable.push({ id, rack: image.broker(id)?.rack ?? null, fenced: broker.fenced });
    }
    return usable;
  }

  #isExpired(session: Session, now: Us): boolean {
    return session.contactUs + this.#sessionTimeoutUs < now;
  }

  #known(id: number): BrokerSoftState {
    const broker = this.#brokers.get(id);
    assert(broker !== undefined, () => `broker ${id} is not registered`);
    return broker;
  }
}

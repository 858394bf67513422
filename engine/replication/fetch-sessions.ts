import { type Outbox, type Random, SECOND, type Us } from '../machine/index.ts';
import type { FetchGroup } from './fetch-group.ts';
import { type FetchSession, NO_SESSION, nextSessionEpoch, SessionEpoch } from './fetch-session.ts';

/** `MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS`. */
const EVICTION_US = 120 * SECOND;
const MAX_SESSION_ID = 0x7fffffff;

/**
 * The fetch sessions of this broker (`FetchSessionCacheShard`; Kafka keeps eight shards, here is one).
 *
 * Invariant: never more than `slots` sessions. A full cache gives a slot to a newcomer only by evicting one that was
 * idle for two minutes, or one that is worth less: a consumer's before a follower's, few partitions before many.
 */
export class FetchSessions {
  readonly #slots: number;
  readonly #random: Random;
  readonly #sessions = new Map<number, FetchSession>();

  constructor(slots: number, random: Random) {
    this.#slots = slots;
    this.#random = random;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id);
  }

  values(): IterableIterator<FetchSession> {
    return this.#sessions.values();
  }

  /** Opens a session over a group that has just been answered. Returns its id, or 0 when there is no slot for it. */
  open(now: Us, replicaId: number, group: FetchGroup, out: Outbox): number {
    const privileged = replicaId >= 0;
    if (this.#sessions.size >= this.#slots && !this.#evictFor(now, privileged, group.size, out)) {
      out.probe('fetch session refused');
      return NO_SESSION;
    }
    const session: FetchSession = {
      id: this.#newId(),
      privileged,
      replicaId,
      group,
      createdAt: now,
      epoch: nextSessionEpoch(SessionEpoch.Initial),
      lastUsedAt: now,
      cachedSize: 0,
      evictableByAll: false,
      evictableByPrivileged: false,
    };
    this.#sessions.set(session.id, session);
    this.touch(now, session);
    return session.id;
  }

  touch(now: Us, session: FetchSession): void {
    const isOld = now - session.createdAt > EVICTION_US;
    session.lastUsedAt = now;
    session.cachedSize = session.group.size;
    session.evictableByAll = isOld;
    session.evictableByPrivileged = !session.privileged || isOld;
  }

  /** Forgets a session; its group is the caller's to close. */
  remove(id: number): FetchSession | undefined {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#sessions.delete(id);
    return session;
  }

  #evictFor(now: Us, privileged: boolean, size: number, out: Outbox): boolean {
    let oldest: FetchSession | null = null;
    let cheapest: FetchSession | null = null;
    for (const session of this.#sessions.values()) {
      if (oldest === null || isUsedEarlier(session, oldest)) oldest = session;
      const evictable = privileged ? session.evictableByPrivileged : session.evictableByAll;
      if (evictable && (cheapest === null || isCheaper(session, cheapest))) cheapest = session;
    }
    if (oldest !== null && now - oldest.lastUsedAt > EVICTION_US) return this.#evict(oldest, out);
    if (cheapest === null || isWorthLess(privileged, size, cheapest)) return false;
    return this.#evict(cheapest, out);
  }

  #evict(session: FetchSession, out: Outbox): boolean {
    out.probe('fetch session evicted');
    this.#sessions.delete(session.id);
    // A request of it that waits keeps its partitions until it is answered.
    if (session.group.parked === null) session.group.close();
    return true;
  }

  #newId(): number {
    let id: number;
    do id = 1 + this.#random.below(MAX_SESSION_ID - 1);
    while (this.#sessions.has(id));
    return id;
  }
}

function isUsedEarlier(a: FetchSession, b: FetchSession): boolean {
  return a.lastUsedAt !== b.lastUsedAt ? a.lastUsedAt < b.lastUsedAt : a.id < b.id;
}

/** Order of `EvictableKey`: consumers first, then by partitions, then by id. */
function isCheaper(a: FetchSession, b: FetchSession): boolean {
  if (a.privileged !== b.privileged) return !a.privileged;
  return a.cachedSize !== b.cachedSize ? a.cachedSize < b.cachedSize : a.id < b.id;
}

/** Whether a newcomer (whose id counts as 0) comes before `session` in the same order. */
function isWorthLess(privileged: boolean, size: number, session: FetchSession): boolean {
  if (privileged !== session.privileged) return !privileged;
  return size <= session.cachedSize;
}

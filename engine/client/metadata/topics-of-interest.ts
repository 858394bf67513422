import type { Us } from '../../machine/index.ts';
import { type MetadataRequest, type Uuid, ZERO_UUID } from '../../wire/index.ts';

/**
 * The topics that a client asks metadata about. With an idle time (`metadata.max.idle.ms`, producers) a topic
 * that was not used for so long is dropped, but never before a first response told about it.
 */
export class TopicsOfInterest {
  readonly #idleUs: Us;
  readonly #expiry = new Map<string, Us>();
  readonly #unanswered = new Set<string>();
  /** Topics of which only the id is known; they are asked about beside the names. */
  readonly #ids = new Set<Uuid>();
  #matches: ((topic: string) => boolean) | null = null;

  /** 0: topics stay until removed. */
  constructor(idleUs: Us) {
    this.#idleUs = idleUs;
  }

  /** True when the topic is new. */
  add(topic: string, now: Us): boolean {
    const isNew = !this.#expiry.has(topic);
    this.#expiry.set(topic, now + this.#idleUs);
    if (isNew) this.#unanswered.add(topic);
    return isNew;
  }

  remove(topic: string): void {
    this.#expiry.delete(topic);
    this.#unanswered.delete(topic);
  }

  has(topic: string): boolean {
    return this.#expiry.has(topic) || this.#matches?.(topic) === true;
  }

  hasId(id: Uuid): boolean {
    return this.#ids.has(id);
  }

  /** Asks about all topics from now on and keeps what matches; null: only about those that were added. */
  match(matches: ((topic: string) => boolean) | null): void {
    this.#matches = matches;
  }

  /** Replaces the ids; true when there is a new one. */
  setIds(ids: Iterable<Uuid>): boolean {
    const known = new Set(this.#ids);
    this.#ids.clear();
    let isNew = false;
    for (const id of ids) {
      this.#ids.add(id);
      if (!known.has(id)) isNew = true;
    }
    return isNew;
  }

  /** What a request says. */
  asked(): MetadataRequest['topics'] {
    if (this.#matches !== null) return null;
    const named = this.names().map((name) => ({ topicId: ZERO_UUID, name }));
    if (this.#ids.size === 0) return named;
    return [...named, ...[...this.#ids].map((topicId) => ({ topicId, name: null }))];
  }

  names(): readonly string[] {
    return [...this.#expiry.keys()];
  }

  /** Whether no response has told of this topic yet. */
  isUnanswered(topic: string): boolean {
    return this.#unanswered.has(topic);
  }

  onAnswered(topic: string): void {
    this.#unanswered.delete(topic);
  }

  /** Drops what has been idle for too long. */
  expire(now: Us): void {
    if (this.#idleUs === 0) return;
    for (const [topic, expiry] of this.#expiry) {
      if (expiry <= now && !this.#unanswered.has(topic)) this.#expiry.delete(topic);
    }
  }
}

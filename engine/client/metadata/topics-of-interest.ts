import type { Us } from '../../machine/index.ts';

/**
 * The topics that a client asks metadata about. With an idle time (`metadata.max.idle.ms`, producers) a topic
 * that was not used for so long is dropped, but never before a first response told about it.
 */
export class TopicsOfInterest {
  readonly #idleUs: Us;
  readonly #expiry = new Map<string, Us>();
  readonly #unanswered = new Set<string>();

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
    return this.#expiry.has(topic);
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

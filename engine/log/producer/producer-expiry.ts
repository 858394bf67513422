import { MS, type Outbox, type Us, type WallClock } from '../../machine/index.ts';
import type { LogDirectoryConfig } from '../log-config.ts';
import type { LogProducers } from './log-producers.ts';

/**
 * Forgets, every `producer.id.expiration.check.interval.ms`, producers that have been silent for
 * `producer.id.expiration.ms`. Kafka's logs look each at its own time (`PeriodicProducerExpirationCheck`), those of a
 * directory here all at one, and no finer than the directory's own checkpoints.
 */
export class ProducerExpiry {
  readonly #wall: WallClock;
  readonly #intervalUs: Us;
  #dueAt: Us;
  expirationMs: number;

  constructor(now: Us, config: LogDirectoryConfig, wall: WallClock) {
    this.#wall = wall;
    this.#intervalUs = config['producer.id.expiration.check.interval.ms'] * MS;
    this.#dueAt = now + this.#intervalUs;
    this.expirationMs = config['producer.id.expiration.ms'];
  }

  /** Whether the next look is due; then the one after it is a whole interval away. */
  isDue(now: Us): boolean {
    if (now < this.#dueAt) return false;
    this.#dueAt = now + this.#intervalUs;
    return true;
  }

  look(logs: Iterable<{ readonly producers: LogProducers }>, out: Outbox): void {
    for (const { producers } of logs) producers.expire(this.#wall.nowMs(), this.expirationMs, out);
  }
}

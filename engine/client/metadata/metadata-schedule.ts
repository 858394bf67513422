import { backoffUs } from '../../exchange/index.ts';
import type { Random, Us } from '../../machine/index.ts';

/**
 * When metadata may be asked for again (`Metadata.timeToNextUpdate`): at once when asked for, else at its
 * maximum age, but not before the backoff of failed attempts and of responses that showed nothing new.
 */
export class MetadataSchedule {
  readonly #random: Random;
  readonly #backoffUs: Us;
  readonly #backoffMaxUs: Us;
  readonly #maxAgeUs: Us;
  #requested = true;
  #attempts = 0;
  #equivalentResponses = 0;
  #refreshedAt: Us = 0;
  #succeededAt: Us = 0;
  #attemptsAllowAt: Us = 0;
  #equivalentAllowAt: Us = 0;

  constructor(random: Random, backoff: Us, backoffMax: Us, maxAge: Us) {
    this.#random = random;
    this.#backoffUs = backoff;
    this.#backoffMaxUs = backoffMax;
    this.#maxAgeUs = maxAge;
  }

  get requested(): boolean {
    return this.#requested;
  }

  nextUpdateAt(): Us {
    const wanted = this.#requested ? 0 : this.#succeededAt + this.#maxAgeUs;
    return Math.max(wanted, this.#attemptsAllowAt, this.#equivalentAllowAt);
  }

  /** Something hints that metadata is stale. */
  request(): void {
    this.#requested = true;
  }

  /** A topic is asked about for the first time: no backoff. */
  requestForNewTopics(): void {
    this.#requested = true;
    this.#equivalentResponses = 0;
    this.#attemptsAllowAt = 0;
    this.#equivalentAllowAt = 0;
  }

  onFailed(now: Us): void {
    this.#refreshedAt = now;
    this.#attempts++;
    this.#attemptsAllowAt = now + this.#backoff(this.#attempts - 1);
  }

  onResponse(now: Us, changed: boolean, stale: boolean): void {
    // Old age alone is no sign of a cluster that does not settle.
    if (now >= this.#succeededAt + this.#maxAgeUs) this.#equivalentResponses = 0;
    this.#requested = stale;
    this.#attempts = 0;
    this.#refreshedAt = now;
    this.#succeededAt = now;
    this.#equivalentResponses = changed ? 0 : this.#equivalentResponses + 1;
    this.#attemptsAllowAt = this.#refreshedAt + this.#backoff(0);
    this.#equivalentAllowAt =
      this.#equivalentResponses > 0 ? this.#refreshedAt + this.#backoff(this.#equivalentResponses - 1) : 0;
  }

  #backoff(attempts: number): Us {
    return backoffUs(this.#backoffUs, this.#backoffMaxUs, attempts, this.#random);
  }
}

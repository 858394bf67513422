import { MS, type Outbox, type Us } from '../../../machine/index.ts';
import { NEVER } from '../../ports.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { Commits } from './commits.ts';

/**
 * Commits what was read every `auto.commit.interval.ms`, as the application polls; one that failed for the moment is tried
 * again before the interval is over (`maybeAutoCommitOffsetsAsync`).
 */
export class AutoCommit {
  readonly #config: ConsumerConfig;
  readonly #commits: Commits;
  #at: Us = -1;

  constructor(config: ConsumerConfig, commits: Commits) {
    this.#config = config;
    this.#commits = commits;
  }

  /** The interval begins anew. */
  restart(now: Us): void {
    this.#at = now + this.#config['auto.commit.interval.ms'] * MS;
  }

  /** Commits if it is time; answers when it will be. */
  run(now: Us, out: Outbox): Us {
    if (!this.#config['enable.auto.commit']) return NEVER;
    if (this.#at < 0) this.restart(now);
    if (now >= this.#at) {
      this.restart(now);
      const backoffUs = this.#config['retry.backoff.ms'] * MS;
      const positions = this.#commits.positions();
      if (positions.length > 0) {
        this.#commits.commit(
          now,
          'auto',
          positions,
          0,
          (then, error, isRetriable) => {
            if (error !== null && isRetriable) this.#at = then + backoffUs;
          },
          out,
        );
      }
    }
    return this.#at;
  }
}

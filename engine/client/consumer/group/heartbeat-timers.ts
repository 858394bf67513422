import { backoffUs } from '../../../exchange/index.ts';
import { MS, type Random, type Us } from '../../../machine/index.ts';
import type { ConsumerConfig } from '../consumer-config.ts';

/** When a classic member heartbeats, and what it has heard and done since when (`Heartbeat`). */
export class HeartbeatTimers {
  readonly #config: ConsumerConfig;
  readonly #random: Random;
  #attempts = 0;
  heartbeatAt: Us = 0;
  /** The coordinator has not answered for the length of a session. */
  sessionEndsAt: Us = 0;
  /** The application has not polled for max.poll.interval.ms. */
  pollEndsAt: Us = 0;

  constructor(config: ConsumerConfig, random: Random) {
    this.#config = config;
    this.#random = random;
  }

  resetAll(now: Us): void {
    this.onPoll(now);
    this.resetSession(now);
    this.heartbeatAt = now + this.#config['heartbeat.interval.ms'] * MS;
  }

  onPoll(now: Us): void {
    this.pollEndsAt = now + this.#config['max.poll.interval.ms'] * MS;
  }

  resetSession(now: Us): void {
    this.sessionEndsAt = now + this.#config['session.timeout.ms'] * MS;
  }

  onSent(now: Us): void {
    this.heartbeatAt = now + this.#config['heartbeat.interval.ms'] * MS;
  }

  onAnswered(now: Us): void {
    this.#attempts = 0;
    this.resetSession(now);
  }

  onFailed(now: Us): void {
    const { 'retry.backoff.ms': initial, 'retry.backoff.max.ms': max } = this.#config;
    this.heartbeatAt = now + backoffUs(initial * MS, max * MS, this.#attempts, this.#random);
    this.#attempts++;
  }

  get nextDue(): Us {
    return Math.min(this.heartbeatAt, this.nextEnd);
  }

  /** Of what is watched while a heartbeat that is due cannot leave. */
  get nextEnd(): Us {
    return Math.min(this.sessionEndsAt, this.pollEndsAt);
  }
}

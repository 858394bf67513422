import type { Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import { MAX_PENDING_APPEND_BYTES, MAX_PENDING_APPENDS } from './raft-config.ts';
import { NEVER } from './raft-timer.ts';

/**
 * A leader's appends on their way to its log (`BatchAccumulator`): they linger, so that one sync and one round of
 * fetches serves many. Dropped with the leadership, never having been in any log.
 */
export class AppendAccumulator {
  readonly #lingerUs: Us;
  #batches: Uint8Array[] = [];
  #bytes = 0;
  #nextOffset: number;
  #drainAt: Us = NEVER;

  constructor(lingerUs: Us, nextOffset: number) {
    this.#lingerUs = lingerUs;
    this.#nextOffset = nextOffset;
  }

  /** The offset that the next record takes. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  get drainAt(): Us {
    return this.#drainAt;
  }

  /** Adds a batch that already has its place in the log. */
  add(batch: Uint8Array, lastOffset: number, now: Us): void {
    assert(this.#batches.length < MAX_PENDING_APPENDS, 'appends wait for at most a linger and a sync');
    this.#batches.push(batch);
    this.#bytes += batch.length;
    this.#nextOffset = lastOffset + 1;
    if (this.#bytes >= MAX_PENDING_APPEND_BYTES) this.#drainAt = now;
    else if (this.#drainAt === NEVER) this.#drainAt = now + this.#lingerUs;
  }

  /** Drains at the next poll, whatever the linger says. */
  hurry(now: Us): void {
    if (this.#batches.length > 0) this.#drainAt = now;
  }

  drain(): readonly Uint8Array[] {
    const drained = this.#batches;
    this.#batches = [];
    this.#bytes = 0;
    this.#drainAt = NEVER;
    return drained;
  }
}

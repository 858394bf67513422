import type { Request } from '../exchange/index.ts';
import type { Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import type { FetchRequest, FetchResponse } from '../wire/index.ts';
import { NEVER } from './raft-timer.ts';

/** One fetch a connection; voters and brokers each hold one or two. */
const MAX_PARKED_FETCHES = 10_000;

const NOTHING: readonly ParkedFetch[] = [];

/** A fetch that found nothing new. */
export interface ParkedFetch {
  readonly request: Request<FetchRequest>;
  readonly fetchOffset: number;
  readonly deadline: Us;
  /** What it is answered with if nothing happens before its deadline: what was true when it came. */
  readonly response: FetchResponse;
}

/** Fetches that wait for an append, a higher high watermark, or their deadline (`ThresholdPurgatory`). */
export class ParkedFetches {
  #parked: ParkedFetch[] = [];
  #nextDeadline: Us = NEVER;

  park(fetch: ParkedFetch): void {
    assert(this.#parked.length < MAX_PARKED_FETCHES, 'parked fetches are bounded by the connections');
    this.#parked.push(fetch);
    if (fetch.deadline < this.#nextDeadline) this.#nextDeadline = fetch.deadline;
  }

  get nextDeadline(): Us {
    return this.#nextDeadline;
  }

  /** Removes those that an append up to `logEndOffset` concerns, in the order in which they came. */
  takeBelow(logEndOffset: number): readonly ParkedFetch[] {
    return this.#parked.length === 0 ? NOTHING : this.#take((fetch) => fetch.fetchOffset < logEndOffset);
  }

  takeExpired(now: Us): readonly ParkedFetch[] {
    return now < this.#nextDeadline ? NOTHING : this.#take((fetch) => fetch.deadline <= now);
  }

  takeAll(): readonly ParkedFetch[] {
    return this.#parked.length === 0 ? NOTHING : this.#take(() => true);
  }

  #take(isTaken: (fetch: ParkedFetch) => boolean): readonly ParkedFetch[] {
    const taken: ParkedFetch[] = [];
    const kept: ParkedFetch[] = [];
    this.#nextDeadline = NEVER;
    for (const fetch of this.#parked) {
      if (isTaken(fetch)) {
        taken.push(fetch);
      } else {
        kept.push(fetch);
        if (fetch.deadline < this.#nextDeadline) this.#nextDeadline = fetch.deadline;
      }
    }
    this.#parked = kept;
    return taken;
  }
}

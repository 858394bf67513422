import type { Request } from '../exchange/index.ts';
import type { Us } from '../machine/index.ts';
import { assert } from '../machine/index.ts';
import type { FetchRequest, FetchResponse } from '../wire/index.ts';
import { NEVER } from './raft-timer.ts';

/** One fetch a connection; voters and brokers each hold one or two. */
const MAX_PARKED_FETCHES = 10_000;

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

  park(fetch: ParkedFetch): void {
    assert(this.#parked.length < MAX_PARKED_FETCHES, 'parked fetches are bounded by the connections');
    this.#parked.push(fetch);
  }

  get nextDeadline(): Us {
    let earliest = NEVER;
    for (const fetch of this.#parked) if (fetch.deadline < earliest) earliest = fetch.deadline;
    return earliest;
  }

  /** Removes those that an append up to `logEndOffset` concerns, in the order in which they came. */
  takeBelow(logEndOffset: number): readonly ParkedFetch[] {
    return this.#take((fetch) => fetch.fetchOffset < logEndOffset);
  }

  takeExpired(now: Us): readonly ParkedFetch[] {
    return this.#take((fetch) => fetch.deadline <= now);
  }

  takeAll(): readonly ParkedFetch[] {
    const all = this.#parked;
    this.#parked = [];
    return all;
  }

  #take(isTaken: (fetch: ParkedFetch) => boolean): readonly ParkedFetch[] {
    if (!this.#parked.some(isTaken)) return [];
    const taken = this.#parked.filter(isTaken);
    this.#parked = this.#parked.filter((fetch) => !isTaken(fetch));
    return taken;
  }
}

import type { Us } from '../../../engine/machine/index.ts';

interface Event {
  readonly at: Us;
  readonly seq: number;
  readonly run: () => void;
}

/** Time, and what is to happen in it: by moment, then in the order in which it was asked for. */
export class EventClock {
  readonly #events: Event[] = [];
  #now: Us = 0;
  #seq = 0;

  get now(): Us {
    return this.#now;
  }

  schedule(delayUs: Us, run: () => void): void {
    const event = { at: this.#now + delayUs, seq: this.#seq++, run };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.at <= event.at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }

  /** There is something to do up to this moment. */
  hasNext(until: Us): boolean {
    const next = this.#events[0];
    return next !== undefined && next.at <= until;
  }

  next(): void {
    const event = this.#events.shift()!;
    this.#now = event.at;
    event.run();
  }

  passTo(at: Us): void {
    this.#now = at;
  }
}
